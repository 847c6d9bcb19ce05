import type { Results } from '../measure/results'
import { type BenchOptions, isWanted } from '../options'
import { clusterRow, startRows } from '../rows'
import { goalsOf } from './goals'
import { pullTables, sendTables } from './pair-tables'
import { clusterTable, startTable } from './start-table'
import { table } from './table'

/** What the heading says of where and how a run was made, in order. */
export type Facts = readonly (readonly [name: string, value: string])[]

/** The whole report. `chart` is the file name of the chart, when there is one. */
export function markdown(options: BenchOptions, facts: Facts, results: Results, chart?: string): string {
  return `${[...heading(options, facts, chart), ...sections(options, results), legend].filter((part) => part !== '').join('\n\n')}\n`
}

function heading({ plan }: BenchOptions, facts: Facts, chart: string | undefined): string[] {
  return [
    `# Benchmarks${plan.isQuick ? ' (QUICK: shows that every row runs; its figures are not to be quoted)' : ''}`,
    facts.map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    chart === undefined ? '' : `![Messages per second and CPU per message](${chart})`
  ]
}

function sections(options: BenchOptions, results: Results): string[] {
  const sends = sendTables(options, results)
  const pulls = pullTables(options, results)
  const hasStarts = startRows.some((row) => isWanted(options, row))
  return [
    goalTable(results),
    sends === '' ? '' : `## Sends\n\n${sends}`,
    pulls === '' ? '' : `## Pulls\n\n${pulls}`,
    hasStarts ? `## Start and memory\n\n${startTable(options, results)}` : '',
    isWanted(options, clusterRow) ? `## Test cluster\n\n${clusterTable(options, results)}` : ''
  ]
}

function goalTable(results: Results): string {
  const goals = goalsOf(results).filter((goal) => goal.verdict !== 'not measured')
  if (goals.length === 0) return ''
  const columns = [
    { title: 'goal' },
    { title: 'of our client or broker, 1 KiB' },
    { title: 'wanted', align: 'right' },
    { title: 'measured', align: 'right' },
    { title: 'verdict' }
  ] as const
  const lines = goals.map(({ id, what, goal, measured, verdict }) => [id, what, goal, measured, verdict])
  return `## Ratios and goals\n\n${table(columns, lines)}\n\n\\* our store in memory: not comparable with Java's disk.`
}

const legend = `## How to read this

- Every figure is the median of the rounds; the rows took turns within each round. Compare within a table, not across machines.
- _CPU µs_: user and system time of the whole process per message, all threads, from /proc/&lt;pid&gt;/stat. _broker_ is the echo server in the first row.
- _p50_, _p99_: every message is timed in the client, from the call until it is answered. Pulls: the wait for one batch of at most 32, which our client
  has fetched ahead and the Java client has not.
- _÷ raw echo_: messages/s over those of the first row, which does nothing but answer frames of the same lengths. _÷ Java pair_: over those of the official
  client with the official broker, threads or async, whichever is faster.
- _writes_ per message: socket writes of our processes by their own count; with an _s_, all system calls of the process that write (\`syscw\` in
  /proc/&lt;pid&gt;/io), wake-ups of other threads included. _log writes_: of our store on disk its calls to the system, of that in memory
  commits with records in them; Java maps its log into memory.
- _failed_: sends that were not acknowledged, all rounds. _stored twice_: stored beyond what was acknowledged. An acknowledged message that is not stored
  fails the run.
- Our broker keeps messages in memory unless the row says _on disk_, the official one in files (ASYNC_FLUSH): only the rows on disk are comparable with
  Java's. On disk means the store's default options, ASYNC_FLUSH unless the row says otherwise.`
