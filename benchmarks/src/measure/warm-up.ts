import type { SendRow, ServerKind } from '../rows'
import { type Bench, pairOf } from './bench'

const TOPIC = 'bench-warm-up'
const LOAD = { bytes: 1024, inFlight: 64 }

/** Warms up pairs: a process with a JVM needs longer, and each process is warmed up once by the first pair that has it. */
export class WarmUp {
  readonly #bench: Bench
  readonly #warm = new Set<string>()
  readonly #topics = new Set<ServerKind>()

  constructor(bench: Bench) {
    this.#bench = bench
  }

  /** Resolves with how long it took; at once when both processes are warm. */
  async run(row: SendRow): Promise<number> {
    const clientName = `${row.client} → ${row.server}`
    const seconds = Math.max(this.#needed(clientName, row.client === 'java'), this.#needed(row.server, row.server === 'official'))
    const pair = await pairOf(this.#bench, row)
    if (row.server !== 'echo' && !this.#topics.has(row.server)) await this.#bench.admin.createTopic(pair.server, TOPIC)
    this.#topics.add(row.server)
    // The official client has two ways of sending, and both are warmed up in turn.
    const turns = Math.ceil(seconds)
    for (let turn = 0; turn < turns; turn++) {
      const mode = turn % 2 === 0 ? 'sync' : 'async'
      await pair.load('send', { topic: TOPIC, ...LOAD, mode, seconds: seconds / turns, most: this.#bench.options.plan.mostMessages })
    }
    for (const name of [clientName, row.server]) this.#warm.add(name)
    return seconds
  }

  #needed(name: string, isJava: boolean): number {
    const { javaWarmUpSeconds, nodeWarmUpSeconds } = this.#bench.options.plan
    if (this.#warm.has(name)) return 0
    return isJava ? javaWarmUpSeconds : nodeWarmUpSeconds
  }
}
