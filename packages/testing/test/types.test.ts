import { describe, expect, it } from '@jest/globals'
import { type Client, defineTopic, type Message, text } from '@rocketmq-ts/client'
import type { Clock, Cluster, ClusterOptions, StoredMessage, startCluster } from '../src/index'
import { type Order, Orders } from './support'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isSame = <A, B>(_: Equal<A, B>): void => {}

const Lines = defineTopic('lines', text())

/** Never called: the compiler is the test. */
async function typed(cluster: Cluster): Promise<void> {
  const orders = await cluster.messages(Orders)
  isSame<typeof orders, Array<StoredMessage<Order, 'orders'>>>(true)
  const bodies = await cluster.messages('orders')
  isSame<typeof bodies, Array<StoredMessage<Buffer, 'orders'>>>(true)
  // A stored message goes wherever a received one does.
  const received: ReadonlyArray<Message<Order, 'orders'>> = orders
  void received

  for (const { value, attempts } of await cluster.deadLetters('billing', Orders))
    isSame<[typeof value, typeof attempts], [Order, number]>(true)
  for (const { value } of await cluster.deadLetters('billing')) isSame<typeof value, Buffer>(true)
  for (const { value, dueAtMs } of await cluster.retries('billing', Lines))
    isSame<[typeof value, typeof dueAtMs], [string, number | undefined]>(true)
  for (const { value, delayLevel } of await cluster.delayed(Lines)) isSame<[typeof value, typeof delayLevel], [string, number]>(true)

  const delivered = await cluster.expectDelivered('billing', {
    topic: Orders,
    where: (message) => {
      isSame<typeof message, StoredMessage<Order, 'orders'>>(true)
      return message.value.total > 0
    }
  })
  isSame<typeof delivered, Array<StoredMessage<Order, 'orders'>>>(true)
  await cluster.expectDelivered('billing', (message) => message.value.length > 0, { count: 1 })
  const [dead] = await cluster.expectDeadLetter('billing', { topic: Lines, where: ({ value }) => value.startsWith('x') })
  isSame<typeof dead, (StoredMessage<string, 'lines'> & { readonly attempts: number }) | undefined>(true)

  isSame<Awaited<ReturnType<typeof cluster.connect>>, Client>(true)
  isSame<typeof cluster.clock, Clock>(true)
  isSame<Awaited<ReturnType<typeof startCluster>>, Cluster>(true)

  // @ts-expect-error a value of orders has no such member
  await cluster.expectDelivered('billing', { topic: Orders, where: ({ value }) => value.price > 0 })
  // @ts-expect-error a match has no such member
  await cluster.expectDelivered('billing', { tags: ['created'] })
  // @ts-expect-error messages are asked for by topic
  await cluster.messages(1)
  // @ts-expect-error the cluster decides which nameservers
  await cluster.connect({ nameservers: '127.0.0.1:9876' })
  // @ts-expect-error only these faults
  cluster.faults.explode()
}

describe('types', () => {
  it('pin what is inferred', () => {
    expect(typed).toBeInstanceOf(Function)
    const options: ClusterOptions[] = [
      { topics: { orders: { queues: 4 } }, groups: { billing: { maxRetries: 3 } }, brokers: ['broker-a'], clock: 'real', listen: true },
      // @ts-expect-error no such clock
      { clock: 'fast' },
      // @ts-expect-error a topic has no such member
      { topics: { orders: { partitions: 4 } } },
      // @ts-expect-error a group has no such member
      { groups: { billing: { retries: 4 } } },
      // @ts-expect-error ports are always free ones
      { listen: 9876 }
    ]
    expect(options).toHaveLength(5)
  })
})
