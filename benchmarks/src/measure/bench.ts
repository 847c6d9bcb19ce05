import type { BenchOptions } from '../options'
import type { ClientKind, PullRow, Row, SendRow, ServerKind } from '../rows'
import type { BrokerAdmin } from '../servers/broker-admin'
import { Pair } from './pair'
import type { Results } from './results'
import type { Stage } from './stage'

/** What the parts of a run share. */
export interface Bench {
  readonly options: BenchOptions
  readonly stage: Stage
  readonly admin: BrokerAdmin
  readonly results: Results
  readonly ticksPerSecond: number
  /** Of the run's own temporary folder. */
  readonly folder: string
  /** One line for whoever waits. */
  progress(line: string): void
}

/** Does one thing for a row; what goes wrong is told of the row and keeps nobody else from running. */
export async function attempt(bench: Bench, row: Row, what: string, act: () => Promise<string>): Promise<void> {
  if (bench.results.notRunReason(row) !== undefined) return
  try {
    bench.progress(`${what}: ${await act()}`)
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error)
    bench.results.wentWrong(row, problem)
    bench.progress(`${what}: FAILED: ${problem}`)
  }
}

export async function pairOf(bench: Bench, row: SendRow | PullRow): Promise<Pair> {
  return pairBetween(bench, row.client, row.server)
}

export async function pairBetween(bench: Bench, client: ClientKind, server: ServerKind): Promise<Pair> {
  return new Pair(client, await bench.stage.client(client, server), await bench.stage.server(server), bench.ticksPerSecond)
}

export function rest(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}

export function thousands(perSecond: number): string {
  return `${(perSecond / 1000).toFixed(1)} k/s`
}
