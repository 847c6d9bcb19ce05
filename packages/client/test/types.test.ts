import { describe, expect, it } from '@jest/globals'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import {
  bytes,
  type Client,
  type ClientHealth,
  type ClientOptions,
  type Clock,
  type ConnectionState,
  deadLetter,
  defineTopic,
  json,
  type Logger,
  type Message,
  type MessageOf,
  type Network,
  retry,
  type TlsOptions,
  text,
  type ValueSentTo
} from '../src/index'

interface Order {
  readonly id: string
  readonly total: number
}

const Orders = defineTopic('orders', json<Order>())
const Notes = defineTopic('notes', text())
const Blobs = defineTopic('blobs', bytes())
const dates: StandardSchemaV1<string, Date> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: new Date(String(value)) }) }
}
const Days = defineTopic('days', json(dates))

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(value: T): void => expect(value).toBe(true)

/** Checked by the compiler, never called. */
export function checked(mq: Client): void {
  const producer = mq.producer({ group: 'g' })
  void producer.send(Orders, { id: 'o', total: 1 })
  // @ts-expect-error total is missing
  void producer.send(Orders, { id: 'o' })
  // @ts-expect-error text is no order
  void producer.send(Orders, 'text')
  void producer.send(Notes, 'text')
  // @ts-expect-error an order is no text
  void producer.send(Notes, { id: 'o', total: 1 })
  void producer.send('plain', 'text')
  void producer.send('plain', Buffer.from('bytes'))
  // @ts-expect-error a plain topic takes bytes and text
  void producer.send('plain', { id: 'o' })
  void producer.send(Days, '2024-01-01')
  // @ts-expect-error the schema takes text and gives dates
  void producer.send(Days, new Date(0))
  // @ts-expect-error no such option
  void producer.send(Notes, 'text', { tags: ['a'] })
  // @ts-expect-error messages of a batch are not delayed
  void producer.sendBatch(Notes, [{ value: 'x', delayLevel: 1 }])
  // @ts-expect-error a group is needed
  mq.producer({})

  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Orders }] }, (message) => {
    const total: number = message.value.total
    // @ts-expect-error no such member
    void message.value.amount
    return total < 0 ? deadLetter() : retry({ delayLevel: 1 })
  })
  mq.pushConsumer(
    { group: 'g', subscriptions: [{ topic: Orders }, { topic: Notes, tags: ['a'] }, { topic: 'plain' }] },
    async (message) => {
      isTrue<Equal<typeof message.value, Order | string | Buffer>>(true)
      if (message.topic === 'orders') isTrue<Equal<typeof message.value, Order>>(true)
      if (message.topic === 'plain') isTrue<Equal<typeof message.value, Buffer>>(true)
      // @ts-expect-error no such topic among them
      if (message.topic === 'others') return
    }
  )
  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Notes }] }, (message) => void message.value.length)
  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Notes }] }, async (message, { signal }) => {
    signal.throwIfAborted()
    await Promise.resolve(message)
  })
  // @ts-expect-error a handler returns nothing, retry() or deadLetter()
  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Notes }] }, () => 'consumed')
  // @ts-expect-error retry must be called
  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Notes }] }, () => retry)
  // @ts-expect-error no such option
  mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Notes }], consumeThreads: 1 }, () => undefined)

  const pull = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Days }, { topic: Blobs }] })
  void (async () => {
    for await (const batch of pull) {
      for (const message of batch) isTrue<Equal<typeof message.value, Date | Buffer>>(true)
      isTrue<Equal<Awaited<ReturnType<typeof batch.commit>>, boolean>>(true)
    }
  })()
}

describe('types', () => {
  it('of options and health can be named without a second dependency', () => {
    isTrue<Equal<NonNullable<ClientOptions['clock']>, Clock>>(true)
    isTrue<Equal<NonNullable<ClientOptions['logger']>, Logger>>(true)
    isTrue<Equal<NonNullable<ClientOptions['network']>, Network>>(true)
    isTrue<Equal<NonNullable<ClientOptions['tls']>, TlsOptions>>(true)
    isTrue<Equal<ClientHealth['connections'][number], ConnectionState>>(true)
  })

  it('follow from topics', () => {
    isTrue<Equal<ValueSentTo<typeof Orders>, Order>>(true)
    isTrue<Equal<ValueSentTo<typeof Blobs>, Buffer | Uint8Array | string>>(true)
    isTrue<Equal<ValueSentTo<typeof Days>, string>>(true)
    isTrue<Equal<MessageOf<[{ topic: typeof Orders }, { topic: 'plain' }]>, Message<Order, 'orders'> | Message<Buffer, 'plain'>>>(true)
    isTrue<Equal<(typeof Orders)['name'], 'orders'>>(true)
  })
})
