import { type BenchOptions, cellsOf, isWanted } from '../options'
import { allRows, type Cell, cellName, type Row } from '../rows'
import { medianOf } from '../stats/median'
import type { Measured } from './measured'

/** Starts of servers. Times in milliseconds, memory in bytes. */
export interface StartResult {
  readonly startMs: readonly number[]
  /** Of all processes of the row, together. */
  readonly residentBytes: number
}

/** Starts and stops of test clusters in one process, milliseconds. The first start also loads the packages. */
export interface ClusterResult {
  readonly firstStartMs: number
  readonly startMs: readonly number[]
  readonly stopMs: readonly number[]
}

/** Everything a run has found out, by row and cell. */
export class Results {
  readonly #measured = new Map<string, Measured[]>()
  readonly #notRun = new Map<string, string>()
  readonly #problems = new Map<string, string>()
  readonly starts = new Map<string, StartResult>()
  cluster: ClusterResult | undefined

  add(row: Row, cell: Cell, measured: Measured): void {
    const key = keyOf(row, cell)
    this.#measured.set(key, [...this.rounds(row, cell), measured])
  }

  rounds(row: Row, cell: Cell): readonly Measured[] {
    return this.#measured.get(keyOf(row, cell)) ?? []
  }

  /** The median over the rounds of one figure of a cell. */
  figure(rowId: string, cell: string, figure: (one: Measured) => number | undefined): number | undefined {
    return medianOf(this.#measured.get(`${rowId}:${cell}`) ?? [], figure)
  }

  /** This machine lacks what the row needs. */
  couldNotRun(row: Row, reason: string): void {
    this.#notRun.set(row.id, reason)
  }

  /** The row could run and did not, or went wrong: the run fails. The first problem is the one that is told. */
  wentWrong(row: Row, problem: string): void {
    if (!this.#problems.has(row.id)) this.#problems.set(row.id, problem)
  }

  notRunReason(row: Row): string | undefined {
    return this.#notRun.get(row.id)
  }

  problem(row: Row): string | undefined {
    return this.#problems.get(row.id)
  }

  get problems(): ReadonlyMap<string, string> {
    return this.#problems
  }
}

/** Rows that could run and have no figures in some cell: a run with one of them has failed. */
export function rowsWithoutFigures(options: BenchOptions, results: Results): readonly Row[] {
  const isDone = (row: Row): boolean => {
    if (row.kind === 'cluster') return results.cluster !== undefined
    if (row.kind === 'start') return results.starts.has(row.id)
    return cellsOf(options, row).every((cell) => results.rounds(row, cell).length > 0)
  }
  return allRows.filter((row) => isWanted(options, row) && results.notRunReason(row) === undefined && !isDone(row))
}

function keyOf(row: Row, cell: Cell): string {
  return `${row.id}:${cellName(cell)}`
}
