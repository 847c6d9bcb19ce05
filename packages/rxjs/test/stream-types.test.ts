import { describe, expect, it } from '@jest/globals'
import { type Client, defineTopic, json, type Message, type Producer, text } from '@rocketmq-ts/client'
import { bufferTime, from, type Observable } from 'rxjs'
import {
  type ClientStatus,
  type Delivery,
  type GroupLag,
  lag$,
  marbles,
  type QueuePosition,
  ReplayFailedError,
  replay,
  type SentValue,
  schedulerOf,
  sendEach,
  settle,
  status$,
  toTopic
} from '../src/index'

interface Order {
  readonly id: string
  readonly total: number
}

const Orders = defineTopic('orders', json<Order>())
const Notes = defineTopic('notes', text())

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(value: T): void => expect(value).toBe(true)
type ValueOf<S> = S extends Observable<infer V> ? V : never

declare const mq: Client
declare const producer: Producer
declare const orders$: Observable<Order>
declare const deliveries$: Observable<Delivery<Message<Order, 'orders'>>>

/** Checked by the compiler, never called. */
export function checkedToTopic(): void {
  const sent = orders$.pipe(toTopic(producer, Orders))
  isTrue<Equal<ValueOf<typeof sent>, SentValue<Order>>>(true)
  const named = from(['text']).pipe(toTopic(producer, 'plain', { concurrency: 8, ordered: true }))
  isTrue<Equal<ValueOf<typeof named>, SentValue<string>>>(true)
  // @ts-expect-error text is no order
  from(['text']).pipe(toTopic(producer, Orders))
  // @ts-expect-error a plain topic takes bytes and text
  orders$.pipe(toTopic(producer, 'plain'))

  const notes = orders$.pipe(toTopic(producer, Notes, { entry: (order) => ({ value: order.id, tag: 'note', delayLevel: 3 }) }))
  isTrue<Equal<ValueOf<typeof notes>, SentValue<Order>>>(true)
  // @ts-expect-error the topic takes text
  orders$.pipe(toTopic(producer, Notes, { entry: (order) => ({ value: order.total }) }))
  // @ts-expect-error an order has no name
  orders$.pipe(toTopic(producer, Notes, { entry: (order) => ({ value: order.name }) }))
  // @ts-expect-error keys are a list
  orders$.pipe(toTopic(producer, Notes, { entry: (order) => ({ value: order.id, keys: order.id }) }))
  // @ts-expect-error no such option
  orders$.pipe(toTopic(producer, Orders, { parallel: 3 }))

  orders$.pipe(toTopic(producer, Orders, { onError: (error, order) => (error.sent === 'no' && order.total > 0 ? 'skip' : 'fail') }))
  // @ts-expect-error no such policy
  orders$.pipe(toTopic(producer, Orders, { onError: () => 'ignore' }))

  isTrue<Equal<ValueOf<ReturnType<typeof checkedSendEach>>, SentValue<number>>>(true)
  // @ts-expect-error text is no order
  sendEach(producer, Orders, ['text'])
  // @ts-expect-error nothing is buffered
  sendEach(producer, Notes, ['text'], { maxBuffered: 3 })

  const acked = deliveries$.pipe(toTopic(producer, Notes, { entry: ({ message }) => ({ value: message.value.id }) }))
  acked.subscribe(({ value: delivery, receipt }) => delivery.ack() && receipt.queueOffset)
}

function checkedSendEach() {
  return sendEach(producer, Notes, [1, 2], { entry: (n) => ({ value: n.toFixed() }) })
}

/** Checked by the compiler, never called. */
export function checkedReplay(positions: readonly QueuePosition[]): void {
  const stream = replay(mq, { subscriptions: [{ topic: Orders, tags: ['paid'] }], from: { timestampMs: 0 }, to: 'last' })
  isTrue<Equal<ValueOf<typeof stream>['message'], Message<Order, 'orders'>>>(true)
  const totals = stream.pipe(settle(({ value }) => value.total))
  isTrue<Equal<ValueOf<typeof totals>, number>>(true)
  const both = replay(mq, { subscriptions: [{ topic: Orders }, { topic: Notes }], from: positions })
  isTrue<Equal<ValueOf<typeof both>['message']['topic'], 'orders' | 'notes'>>(true)
  stream.subscribe({ error: (error) => error instanceof ReplayFailedError && replay(mq, { subscriptions: [], from: error.positions }) })
  // @ts-expect-error a replay has no members to share with
  replay(mq, { subscriptions: [{ topic: Orders }], concurrency: 3 })
  // @ts-expect-error a time is { timestampMs }
  replay(mq, { subscriptions: [{ topic: Orders }], from: 1234 })
  // @ts-expect-error what is replayed must be said
  replay(mq, {})
}

/** Checked by the compiler, never called. */
export function checkedWatching(): void {
  isTrue<Equal<ValueOf<ReturnType<typeof status$>>, ClientStatus>>(true)
  isTrue<Equal<ValueOf<ReturnType<typeof lag$>>, GroupLag>>(true)
  status$(mq).subscribe(({ state }) => {
    if (state === 'degraded') return
    // @ts-expect-error no such state
    if (state === 'broken') return
  })
  lag$(mq, { group: 'g', topics: [Orders, 'plain'], everyMs: 1000 })
  // @ts-expect-error a group is needed
  lag$(mq, { topics: [Orders] })
  orders$.pipe(bufferTime(1000, schedulerOf(mq.clock)))
  const { cold, expected } = marbles(mq.clock)
  isTrue<Equal<ValueOf<ReturnType<typeof cold<number>>>, number>>(true)
  expected('a|', { a: { id: 'o' } })[0]?.frame.toFixed()
}

describe('the types of streams', () => {
  it('are checked by the compiler', () => {
    expect([checkedToTopic, checkedReplay, checkedWatching].every((check) => typeof check === 'function')).toBe(true)
  })
})
