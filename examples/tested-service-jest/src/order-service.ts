import { type Client, deadLetter, type Outcome, type Producer } from '@rocketmq-ts/client'
import type { Bank } from './bank'
import { type Payment, Payments, Reservations } from './topics'

export type OrderStatus = 'reserved' | 'paid' | 'refused' | 'cancelled'

interface Order {
  readonly cents: number
  status: OrderStatus
}

/** Half an hour, by the broker's table of delays. */
const RESERVATION_DELAY_LEVEL = 16

/**
 * Keeps goods for an order for half an hour, charges cards, and cancels what is not paid in time. All that takes time is a
 * message: what was promised survives a restart of the service.
 */
export class OrderService {
  readonly #mq: Client
  readonly #bank: Bank
  readonly #producer: Producer
  /** A real service has a database. */
  readonly #orders = new Map<string, Order>()

  constructor(mq: Client, bank: Bank) {
    this.#mq = mq
    this.#bank = bank
    this.#producer = mq.producer({ group: 'order-service' })
  }

  /** Resolves when it takes payments. It ends when the client is closed. */
  async start(): Promise<void> {
    const payments = this.#mq.pushConsumer(
      { group: 'order-payments', subscriptions: [{ topic: Payments }], from: 'first', maxAttempts: 4 },
      ({ value }) => this.#charge(value)
    )
    const reservations = this.#mq.pushConsumer(
      { group: 'order-reservations', subscriptions: [{ topic: Reservations }], from: 'first' },
      ({ value }) => this.#endReservation(value.orderId)
    )
    await Promise.all([payments.ready, reservations.ready])
  }

  async reserve(orderId: string, cents: number): Promise<void> {
    await this.#producer.send(Reservations, { orderId }, { keys: [orderId], delayLevel: RESERVATION_DELAY_LEVEL })
    this.#orders.set(orderId, { cents, status: 'reserved' })
  }

  async pay(orderId: string, card: string): Promise<void> {
    await this.#producer.send(Payments, { orderId, card }, { keys: [orderId] })
  }

  statusOf(orderId: string): OrderStatus | undefined {
    return this.#orders.get(orderId)?.status
  }

  /** A bank out of reach rejects: the payment comes again, later each time. */
  async #charge({ orderId, card }: Payment): Promise<Outcome> {
    const order = this.#orders.get(orderId)
    if (order?.status === 'paid') return undefined // messages can come twice
    if (order?.status !== 'reserved') return deadLetter() // too late, or unknown: for a person to look at
    const answer = await this.#bank.charge(orderId, order.cents, card)
    order.status = answer === 'charged' ? 'paid' : 'refused'
    return answer === 'charged' ? undefined : deadLetter()
  }

  #endReservation(orderId: string): void {
    const order = this.#orders.get(orderId)
    if (order?.status === 'reserved') order.status = 'cancelled'
  }
}
