/** How long a broker is left out after a failure, milliseconds (read in client/…/latency/MQFaultStrategy.java). */
const AVOID_MS = 10_000

/** Brokers that failed a short while ago: round robin goes round them while others are there. */
export class FaultTable {
  readonly #avoidUntil = new Map<string, number>()

  /** Whether nothing failed lately: lets the send path skip everything else. */
  get isEmpty(): boolean {
    return this.#avoidUntil.size === 0
  }

  failed(brokerName: string, nowMs: number): void {
    this.#avoidUntil.set(brokerName, nowMs + AVOID_MS)
  }

  succeeded(brokerName: string): void {
    if (this.#avoidUntil.size > 0) this.#avoidUntil.delete(brokerName)
  }

  isAvoided(brokerName: string, nowMs: number): boolean {
    const until = this.#avoidUntil.get(brokerName)
    if (until === undefined) return false
    if (nowMs < until) return true
    this.#avoidUntil.delete(brokerName)
    return false
  }
}
