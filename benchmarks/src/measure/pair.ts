import type { LoadResult } from '../drivers/load'
import type { Driver } from '../process/driver'
import { usageOf } from '../process/usage'
import type { ClientKind } from '../rows'
import type { ServerCounters, ServerSide } from '../servers/server-side'
import { type Measured, type Moment, measured } from './measured'

/** How much longer than its load a command may take. */
const PATIENCE_MS = 30_000

/** One client process and one server process. */
export class Pair {
  readonly server: ServerSide
  readonly #client: Driver
  readonly #countsItself: boolean
  readonly #ticksPerSecond: number

  constructor(kind: ClientKind, client: Driver, server: ServerSide, ticksPerSecond: number) {
    this.#client = client
    this.#countsItself = kind === 'ours' || kind === 'echo'
    this.server = server
    this.#ticksPerSecond = ticksPerSecond
  }

  /** Runs a load without looking. */
  load(command: 'send' | 'pull', values: Readonly<Record<string, string | number>>): Promise<LoadResult> {
    const seconds = Number(values['seconds'])
    return this.#client.ask<LoadResult>(command, values, seconds * 1000 + PATIENCE_MS)
  }

  /**
   * Runs a load between two looks at both processes. `beyond` is called afterwards with what came of it and tells what the broker
   * stored beyond that.
   */
  async measure(
    command: 'send' | 'pull',
    values: Readonly<Record<string, string | number>>,
    beyond?: (load: LoadResult) => Promise<number>
  ): Promise<Measured> {
    const before = await this.#look()
    const load = await this.load(command, values)
    const after = await this.#look()
    return measured(load, before, after, await beyond?.(load))
  }

  async #look(): Promise<Moment> {
    const clientCounters = this.#countsItself ? await this.#client.ask<ServerCounters>('counters', {}, PATIENCE_MS) : {}
    const serverCounters = await this.server.counters()
    return {
      client: usageOf(this.#client.process.pid, this.#ticksPerSecond),
      server: usageOf(this.server.process.pid, this.#ticksPerSecond),
      clientCounters,
      serverCounters
    }
  }
}
