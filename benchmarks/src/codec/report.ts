import { figure, times } from '../report/format'
import type { Facts } from '../report/markdown'
import { type Column, table } from '../report/table'
import { ratio } from '../stats/median'
import type { CodecCase } from './codec-case'
import type { CaseFigures, CodecPlan } from './measure'

const right = (title: string): Column => ({ title, align: 'right' })

const columns: readonly Column[] = [
  { title: 'frame' },
  { title: 'header' },
  right('bytes'),
  right('encode µs'),
  right('÷ stringify'),
  right('÷ copy'),
  right('decode µs'),
  right('÷ parse'),
  right('÷ copy')
]

/** The whole report as Markdown. */
export function codecReport(plan: CodecPlan, facts: Facts, cases: readonly CodecCase[], figures: readonly CaseFigures[]): string {
  const heading = `# Codec${plan.isQuick ? ' (QUICK: shows that every row runs; its figures are not to be quoted)' : ''}`
  const list = facts.map(([name, value]) => `- ${name}: ${value}`).join('\n')
  return `${[heading, list, codecTable(cases, figures), legend].join('\n\n')}\n`
}

/** A row per frame, with what it costs beside JSON alone and beside its bytes alone. */
export function codecTable(cases: readonly CodecCase[], figures: readonly CaseFigures[]): string {
  const lines = cases.map(({ name, encoding, frame }, index) => {
    const { encode, decode, stringify, parse, copy } = figures[index] ?? nothing
    return [
      name,
      encoding === 'JSON' ? 'JSON' : 'binary',
      String(frame.length),
      figure(micros(encode)),
      times(ratio(encode, stringify)),
      times(ratio(encode, copy)),
      figure(micros(decode)),
      times(ratio(decode, parse)),
      times(ratio(decode, copy))
    ]
  })
  return table(columns, lines)
}

const nothing: CaseFigures = { encode: undefined, decode: undefined, stringify: undefined, parse: undefined, copy: undefined }

function micros(nanoseconds: number | undefined): number | undefined {
  return nanoseconds === undefined ? undefined : nanoseconds / 1000
}

const legend = `## How to read this

- _encode_: from typed values to the whole frame in a buffer of its own; the records of the pull answer are written one by one, with their checksums.
  _decode_: from the frame to the typed header, and to the typed body, or to records with body and properties read.
- _÷ stringify_, _÷ parse_: over \`JSON.stringify\` and \`JSON.parse\` of what the header says in JSON (with the JSON body, where there is one), text to values
  and nothing else: no bytes, no checks, no longs, no body of a message.
- _÷ copy_: over copying the bytes of the frame into a buffer that is there already.
- Every figure is the median of the rounds; all operations take turns within each round. Compare within the table.`
