import { setTimeout as pause } from 'node:timers/promises'
import type { Order } from './orders.js'

export type Answer = 'charged' | 'busy' | 'refused'

/** Stands for a bank: what it answers depends on the card, so that every outcome can be seen. */
export class Bank {
  readonly #asked = new Map<string, number>()
  #chargedCents = 0

  /** What was charged in all. */
  get chargedCents(): number {
    return this.#chargedCents
  }

  /** Charges an order once, however often it is asked to: messages can come again, and the order's id tells. */
  async charge(order: Order, signal: AbortSignal): Promise<Answer> {
    await pause(20, undefined, { signal })
    const times = (this.#asked.get(order.id) ?? 0) + 1
    if (order.card === 'stolen') return 'refused'
    this.#asked.set(order.id, times)
    const chargedAt = order.card === 'busy' ? 2 : 1
    if (times < chargedAt) return 'busy'
    if (times === chargedAt) this.#chargedCents += order.totalCents
    return 'charged'
  }
}
