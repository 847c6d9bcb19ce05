import type { Measured, Writes } from '../measure/measured'
import type { Results } from '../measure/results'
import { type BenchOptions, cellsOf, commandOf, isWanted } from '../options'
import { type Cell, cellName, isMemoryStore, type PullRow, pullRows, type SendRow, sendRows } from '../rows'
import { medianOf, ratio } from '../stats/median'
import { figure, rate, sizeName, times } from './format'
import { type Column, table } from './table'

const NOT_COMPARABLE = "our store in memory: not comparable with Java's disk"

const right = (title: string): Column => ({ title, align: 'right' })

const columns = (first: string, ratios: readonly string[]): readonly Column[] => [
  { title: first },
  right('messages/s'),
  ...ratios.map(right),
  right('p50 µs'),
  right('p99 µs'),
  right('client CPU µs'),
  right('broker CPU µs'),
  right('client writes'),
  right('broker writes'),
  right('log writes'),
  right('failed'),
  right('stored twice'),
  { title: 'note' },
  { title: 'this row alone' }
]

/** One table per size and number in flight. */
export function sendTables(options: BenchOptions, results: Results): string {
  const rows = sendRows.filter((row) => isWanted(options, row))
  const cells = new Map(rows.flatMap((row) => cellsOf(options, row).map((cell) => [cellName(cell), cell])))
  const sorted = [...cells.values()].sort((a, b) => a.bytes - b.bytes || a.inFlight - b.inFlight)
  return sorted
    .map((cell) => `### ${sizeName(cell.bytes)}, ${cell.inFlight} in flight\n\n${sendTable(options, results, cell)}`)
    .join('\n\n')
}

function sendTable(options: BenchOptions, results: Results, cell: Cell): string {
  const rows = sendRows.filter((row) => cellsOf(options, row).some((one) => cellName(one) === cellName(cell)))
  const ratios = ['÷ raw echo', '÷ Java pair']
  const divisors = [rateOf(results, 'echo', cell), javaPairRate(results, cell)]
  return table(
    columns('send', ratios),
    rows.map((row) => line(options, results, row, cell, divisors))
  )
}

/** One table per size. */
export function pullTables(options: BenchOptions, results: Results): string {
  const rows = pullRows.filter((row) => isWanted(options, row))
  const cells = new Map(rows.flatMap((row) => cellsOf(options, row).map((cell) => [cellName(cell), cell])))
  return [...cells.values()].map((cell) => `### ${sizeName(cell.bytes)}, 32 per pull\n\n${pullTable(options, results, cell)}`).join('\n\n')
}

function pullTable(options: BenchOptions, results: Results, cell: Cell): string {
  const rows = pullRows.filter((row) => cellsOf(options, row).some((one) => cellName(one) === cellName(cell)))
  const divisors = [rateOf(results, 'pull-java-official', cell)]
  return table(
    columns('pull', ['÷ Java pair']),
    rows.map((row) => line(options, results, row, cell, divisors))
  )
}

function line(
  options: BenchOptions,
  results: Results,
  row: SendRow | PullRow,
  cell: Cell,
  divisors: readonly (number | undefined)[]
): string[] {
  const rounds = results.rounds(row, cell)
  const note = noteOf(results, row)
  const width = 10 + divisors.length
  if (rounds.length === 0) return [row.title, ...Array.from({ length: width }, () => '—'), note, `\`${commandOf(options, row, cell)}\``]
  const of = (what: (one: Measured) => number | undefined): number | undefined => medianOf(rounds, what)
  const perSecond = of((one) => one.perSecond)
  return [
    row.title,
    rate(perSecond),
    ...divisors.map((divisor) => times(ratio(perSecond, divisor))),
    figure(of((one) => one.p50Micros)),
    figure(of((one) => one.p99Micros)),
    figure(of((one) => one.clientCpu)),
    figure(of((one) => one.serverCpu)),
    writesText(rounds, (one) => one.clientWrites),
    writesText(rounds, (one) => one.serverWrites),
    figure(of((one) => one.logWrites)),
    String(sum(rounds, (one) => one.failed)),
    rounds.every((one) => one.storedBeyondAcknowledged === undefined)
      ? '—'
      : String(sum(rounds, (one) => one.storedBeyondAcknowledged ?? 0)),
    note,
    `\`${commandOf(options, row, cell)}\``
  ]
}

function noteOf(results: Results, row: SendRow | PullRow): string {
  const reason = results.notRunReason(row)
  const problem = results.problem(row)
  if (reason !== undefined) return `not run: ${reason}`
  if (problem !== undefined) return `FAILED: ${problem}`
  return isMemoryStore(row) ? NOT_COMPARABLE : ''
}

/** `s` marks what stands for all system calls that write, not for socket writes alone. */
function writesText(rounds: readonly Measured[], which: (one: Measured) => Writes | undefined): string {
  const mark = rounds.some((one) => which(one)?.source === 'system calls') ? ' s' : ''
  return `${figure(medianOf(rounds, (one) => which(one)?.perMessage))}${mark}`
}

function rateOf(results: Results, row: string, cell: Cell): number | undefined {
  return results.figure(row, cellName(cell), (one) => one.perSecond)
}

/** The faster of the official client's two ways. */
function javaPairRate(results: Results, cell: Cell): number | undefined {
  const rates = ['java-sync-official', 'java-async-official'].map((row) => rateOf(results, row, cell) ?? 0)
  return Math.max(...rates) || undefined
}

function sum(rounds: readonly Measured[], what: (one: Measured) => number): number {
  return rounds.reduce((total, one) => total + what(one), 0)
}
