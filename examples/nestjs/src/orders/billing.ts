import { Injectable, Logger } from '@nestjs/common'
import type { Order } from './orders.js'

/** What was billed. A real one has a database. */
@Injectable()
export class Billing {
  readonly #log = new Logger(Billing.name)
  readonly #billed = new Map<string, Order>()

  /** Once per order, however often it is asked to: messages can come again. */
  bill(order: Order): void {
    if (this.#billed.has(order.id)) return
    this.#billed.set(order.id, order)
    this.#log.log(`billed ${order.id} ${order.totalCents}`)
  }

  find(id: string): Order | undefined {
    return this.#billed.get(id)
  }
}
