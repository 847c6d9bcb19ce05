import { figure, mebibytes, rate } from '../report/format'
import type { Facts } from '../report/markdown'
import { type Column, table } from '../report/table'
import { median } from '../stats/median'
import { type Contest, type Rates, ratioOf } from './contest'
import type { Footprint } from './footprint'
import type { StorePlan } from './plan'

/** A contest and what came of it. */
export interface MeasuredContest {
  readonly contest: Contest
  readonly rates: Rates
}

const MAX_RESIDENT_BYTES = 300 * 2 ** 20
const MAX_START_MS = 2000

const right = (title: string): Column => ({ title, align: 'right' })

/** The whole report as Markdown. */
export function storeReport(plan: StorePlan, facts: Facts, measured: readonly MeasuredContest[], footprint: Footprint | undefined): string {
  const heading = `# Store on disk${plan.isQuick ? ' (QUICK: shows that every row runs; its figures are not to be quoted)' : ''}`
  const list = facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')
  const rates = measured.map(({ contest, rates }) => `### ${contest.title}\n\n${rateTable(contest, rates)}`)
  const parts = [heading, list, `## Ratios and goals\n\n${goalTable(measured, footprint)}`, '## Rates', ...rates]
  const memory = footprint === undefined ? [] : [`## Memory and start\n\n${footprintTable(footprint)}`]
  return `${[...parts, ...memory, legend].join('\n\n')}\n`
}

function goalTable(measured: readonly MeasuredContest[], footprint: Footprint | undefined): string {
  const ratios = measured.flatMap(({ contest, rates }) =>
    contest.comparisons.map((comparison) => {
      const value = ratioOf(rates, comparison)
      const { what, atLeast } = comparison
      return [what, atLeast === undefined ? '' : `≥ ${atLeast}`, figure(value), verdict(value, atLeast)]
    })
  )
  const columns = [{ title: 'of our store on disk' }, right('wanted'), right('measured'), { title: 'verdict' }]
  return table(columns, [...ratios, ...(footprint === undefined ? [] : footprintGoals(footprint))])
}

function footprintGoals({ messages, readPeakBytes, startMs }: Footprint): string[][] {
  const start = median(startMs)
  const isMet = (value: boolean): string => (value ? 'met' : 'not met')
  return [
    [
      `most memory of a process with ${rate(messages)} messages`,
      '< 300 MiB',
      mebibytes(readPeakBytes),
      isMet(readPeakBytes < MAX_RESIDENT_BYTES)
    ],
    ['start after a clean stop with that store, ms', `< ${MAX_START_MS}`, figure(start), isMet((start ?? Number.NaN) < MAX_START_MS)]
  ]
}

function verdict(value: number | undefined, atLeast: number | undefined): string {
  if (value === undefined) return 'not measured'
  return atLeast === undefined ? '' : value >= atLeast ? 'met' : 'not met'
}

function rateTable({ contenders, unit }: Contest, rates: Rates): string {
  const lines = contenders.map(({ id, title }) => {
    const all = rates.get(id) ?? []
    return [title, rate(median(all)), rate(Math.min(...all)), rate(Math.max(...all))]
  })
  return table([{ title: 'who' }, right(unit), right('least'), right('most')], lines)
}

function footprintTable(footprint: Footprint): string {
  const { messages, queues, bytes, perSecond } = footprint
  const lines = [
    [`stored, ${rate(messages)} messages of ${bytes} B in ${queues} queues`, `${rate(perSecond)} messages/s`],
    ['memory of a process with an empty store', mebibytes(footprint.emptyBytes)],
    ['memory after the last message', mebibytes(footprint.filledBytes)],
    ['the most until then', mebibytes(footprint.filledPeakBytes)],
    ['the most, with reads of the oldest messages of every queue', mebibytes(footprint.readPeakBytes)],
    ['memory of a process that opened the store again', mebibytes(footprint.reopenedBytes)],
    ['start after a clean stop: the store', `${figure(median(footprint.startMs))} ms`],
    ['the same from spawn until `rocketmq-ts-server` serves', `${figure(median(footprint.serverStartMs))} ms`]
  ]
  return table([{ title: 'with default options' }, right('measured')], lines)
}

const legend = `## How to read this

- Everything is the store alone in one process, without network and broker. What those make of it is in \`npm run bench\`: rows \`ours-disk\`.
- A ratio is the median over the rounds of the ratio within each round; rates are medians, least and most of the rounds. Lines that begin with … have
  no goal: they tell where the rest goes.
- _writeSync_, _plain reads_: into and from files that the system holds in its page cache, as the store's are: what is measured are calls and copies,
  not the disk. Only SYNC waits for it.
- _memory_: VmRSS, _the most_: VmHWM, of a Node.js process with the store open: code, heap, the log's newest records, caches, what consume queues and index
  keep. What the system keeps of files in its page cache is not in it.`
