import { parseArgs } from 'node:util'
import { fullPlan, type Plan, quickPlan } from './plan'
import { allRows, type Cell, cellName, isDiskStore, type Row } from './rows'

export const releases = ['4.9.7', '5.5.0'] as const
export type Release = (typeof releases)[number]

/** Which encoding the official client writes its headers in. */
export type JavaHeader = 'JSON' | 'ROCKETMQ'

const DEFAULT_RELEASE: Release = '5.5.0'
/** What the official client does when it is told nothing. */
const DEFAULT_JAVA_HEADER: JavaHeader = 'JSON'

/** What a run of the benchmarks is told. */
export interface BenchOptions {
  readonly plan: Plan
  /** Of the official jars. */
  readonly release: Release
  readonly javaHeader: JavaHeader
  /** The rows, and per row the cells it is limited to (none named: all). */
  readonly wanted: ReadonlyMap<string, ReadonlySet<string>>
  /** Where the Markdown goes besides stdout, with a chart beside it. */
  readonly out: string | undefined
}

export const usage = `npm run bench -- [options]

  --quick               every row, but fewer cells, seconds and rounds: that it works, not how fast it is
  --only ROW[,ROW…]     these rows alone, or one cell of a row: ours-ours:1024x64 (bytes x in flight)
  --release VERSION     of the official jars: ${releases.join(', ')} (5.5.0)
  --java-header NAME    in which encoding the official client writes: JSON, as it does by default, or ROCKETMQ
  --out FILE.md         writes the table there too, and the chart as FILE.svg beside it
  --help

Rows: ${allRows.map((row) => row.id).join(', ')}`

/** An option that cannot be; the text says which and what would do. */
export class BenchOptionError extends Error {
  readonly code = 'OPTION_INVALID'
}

/** The options, or `'help'`. @throws BenchOptionError */
export function readOptions(args: readonly string[]): BenchOptions | 'help' {
  const values = parse(args)
  if (values.help) return 'help'
  const plan = values.quick ? quickPlan : fullPlan
  return {
    plan,
    release: oneOf('--release', values.release, releases),
    javaHeader: oneOf('--java-header', values['java-header'], ['JSON', 'ROCKETMQ'] as const),
    wanted: readWanted(values.only),
    out: readOut(values.out)
  }
}

/** Whether a row is to be run. */
export function isWanted({ wanted }: Pick<BenchOptions, 'wanted'>, row: Row): boolean {
  return wanted.has(row.id)
}

/** The cells of a row that are to be run: the plan's, or those that are named, whether or not a quick plan has them. */
export function cellsOf({ wanted, plan }: Pick<BenchOptions, 'wanted' | 'plan'>, row: Row): readonly Cell[] {
  const only = wanted.get(row.id)
  if (only === undefined) return []
  return only.size === 0 ? cellsIn(plan, row) : cellsIn(fullPlan, row).filter((cell) => only.has(cellName(cell)))
}

function cellsIn(plan: Plan, row: Row): readonly Cell[] {
  if (row.kind === 'send') return isDiskStore(row) ? [...plan.sendCells, ...plan.diskCells] : plan.sendCells
  return row.kind === 'pull' ? plan.pullCells : []
}

/** The command that does this run again, or one row or cell of it alone. */
export function commandOf(options: Omit<BenchOptions, 'wanted' | 'out'>, row?: Row, cell?: Cell): string {
  const flags = [
    options.plan.isQuick ? '--quick' : '',
    options.release === DEFAULT_RELEASE ? '' : `--release ${options.release}`,
    options.javaHeader === DEFAULT_JAVA_HEADER ? '' : `--java-header ${options.javaHeader}`,
    row === undefined ? '' : `--only ${row.id}${cell === undefined ? '' : `:${cellName(cell)}`}`
  ].filter((flag) => flag !== '')
  return ['npm run bench', ...(flags.length === 0 ? [] : ['--', ...flags])].join(' ')
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        quick: { type: 'boolean', default: false },
        only: { type: 'string', multiple: true, default: [] },
        release: { type: 'string', default: DEFAULT_RELEASE },
        'java-header': { type: 'string', default: DEFAULT_JAVA_HEADER },
        out: { type: 'string' },
        help: { type: 'boolean', default: false }
      }
    }).values
  } catch (error) {
    throw new BenchOptionError(error instanceof Error ? error.message : String(error))
  }
}

function readWanted(only: readonly string[]): Map<string, Set<string>> {
  if (only.length === 0) return new Map(allRows.map((row) => [row.id, new Set()]))
  const wanted = new Map<string, Set<string>>()
  for (const name of only.flatMap((list) => list.split(','))) {
    const [id = '', cell] = name.split(':')
    const row = allRows.find((one) => one.id === id)
    if (row === undefined) throw new BenchOptionError(`--only: there is no row "${id}". Rows: ${allRows.map((one) => one.id).join(', ')}`)
    if (cell !== undefined) checkCell(row, cell)
    const before = wanted.get(id)
    // A row named whole stays whole.
    const cells = cell === undefined || before?.size === 0 ? [] : [...(before ?? []), cell]
    wanted.set(id, new Set(cells))
  }
  return wanted
}

function checkCell(row: Row, cell: string): void {
  const cells = cellsIn(fullPlan, row)
  if (cells.some((one) => cellName(one) === cell)) return
  const known = cells.length === 0 ? 'it has none' : `known: ${cells.map(cellName).join(', ')}`
  throw new BenchOptionError(`--only: row ${row.id} has no cell "${cell}"; ${known}`)
}

function readOut(out: string | undefined): string | undefined {
  if (out === undefined || out.endsWith('.md')) return out
  throw new BenchOptionError(`--out: must name a Markdown file (….md), not "${out}"`)
}

function oneOf<const Names extends readonly string[]>(option: string, value: string, names: Names): Names[number] {
  const found = names.find((name) => name === value)
  if (found === undefined) throw new BenchOptionError(`${option}: must be one of ${names.join(', ')}, not "${value}"`)
  return found
}
