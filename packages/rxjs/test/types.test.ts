import { describe, expect, it } from '@jest/globals'
import { type Client, deadLetter, defineTopic, json, type Message, retry, text } from '@rocketmq-ts/client'
import { type Observable, of } from 'rxjs'
import { deliveries, type Emitted, settle, type TestDelivery, testDelivery } from '../src/index'

interface Order {
  readonly id: string
  readonly total: number
}

const Orders = defineTopic('orders', json<Order>())
const Notes = defineTopic('notes', text())

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(value: T): void => expect(value).toBe(true)
type ValueOf<S> = S extends Observable<infer V> ? V : never

/** Checked by the compiler, never called. */
export function checked(mq: Client): void {
  const orders = deliveries(mq, { group: 'g', subscriptions: [{ topic: Orders }], maxUnsettledBytes: 1024 })
  isTrue<Equal<ValueOf<typeof orders>['message'], Message<Order, 'orders'>>>(true)

  const totals = orders.pipe(settle((message) => message.value.total))
  isTrue<Equal<ValueOf<typeof totals>, number>>(true)
  const later = orders.pipe(settle(async ({ value }) => (value.total < 0 ? deadLetter() : value.id)))
  isTrue<Equal<ValueOf<typeof later>, string>>(true)
  const nothing = orders.pipe(settle(async () => undefined))
  isTrue<Equal<ValueOf<typeof nothing>, undefined>>(true)
  const many = orders.pipe(settle((message) => of(message.value.total, retry())))
  isTrue<Equal<ValueOf<typeof many>, number>>(true)
  const either = orders.pipe(settle((message) => (message.attempt > 1 ? of(true) : Promise.resolve('text'))))
  isTrue<Equal<ValueOf<typeof either>, boolean | string>>(true)
  const list = orders.pipe(settle(() => [1, 2]))
  isTrue<Equal<ValueOf<typeof list>, number[]>>(true)

  orders.pipe(settle(({ value }) => value.id, { key: (message) => message.shardingKey ?? message.value.id, concurrency: 8 }))
  orders.pipe(settle(({ value }) => value.id, { onError: (error, message) => (message.attempt > 3 ? 'deadLetter' : void error) }))
  orders.pipe(settle(({ value }) => value.id, { onError: async () => retry({ delayLevel: 3 }) }))
  orders.pipe(settle(({ value }) => value.id, { onError: 'skip', ordered: true, window: 10 }))

  // Handlers that are written elsewhere, for any topic with such values.
  const nameOf = settle((message: Message<Order>) => message.value.id)
  orders.pipe(nameOf)
  orders.pipe(settle(({ value }: { readonly value: Order }) => value.total))
  // @ts-expect-error a handler of text
  orders.pipe(settle((message: Message<string>) => message.value))

  const two = deliveries(mq, { group: 'g', subscriptions: [{ topic: Orders }, { topic: Notes }] })
  two.pipe(settle(({ topic, value }) => (topic === 'orders' ? value.id : value.length)))

  // @ts-expect-error the demand of a stream is maxUnsettled
  deliveries(mq, { group: 'g', subscriptions: [{ topic: Orders }], concurrency: 8 })
  // @ts-expect-error no such action
  orders.pipe(settle(({ value }) => value.id, { onError: 'ignore' }))
  // @ts-expect-error an action or an outcome, no number
  orders.pipe(settle(({ value }) => value.id, { onError: () => 3 }))
  // @ts-expect-error no such option
  orders.pipe(settle(({ value }) => value.id, { parallel: 8 }))
  // @ts-expect-error an order has no name
  orders.pipe(settle(({ value }) => value.id, { key: (message) => message.value.name }))

  testDelivery(Orders, { id: 'o', total: 1 }).message.value.total.toFixed()
  testDelivery('plain', 'text').message.value.readUInt8(0)
  // @ts-expect-error the total is missing
  testDelivery(Orders, { id: 'o' })
  // @ts-expect-error no such option
  testDelivery(Notes, 'text', { key: 'k' })
}

describe('types', () => {
  it('follow from what a projection returns, promises or emits', () => {
    isTrue<Equal<Emitted<Promise<string | ReturnType<typeof retry>>>, string>>(true)
    isTrue<Equal<Emitted<Observable<number>>, number>>(true)
    isTrue<Equal<Emitted<Promise<Observable<number>>>, number>>(true)
    isTrue<Equal<Emitted<void>, void>>(true)
    isTrue<Equal<Emitted<ReturnType<typeof deadLetter>>, never>>(true)
    isTrue<Equal<ReturnType<typeof testDelivery<typeof Orders>>, TestDelivery<Message<Order, 'orders'>>>>(true)
  })
})
