import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, defineTopic, OptionsError, text } from '@rocketmq-ts/client'
import { type Delivery, deliveries, type GroupLag, type LagOptions, lag$ } from '../src/index'
import { Cluster } from './support'

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const

describe('lag$', () => {
  let cluster: Cluster
  let mq: Client
  let monitor: Client
  beforeEach(async () => {
    cluster = await Cluster.start(2)
    mq = await cluster.connect()
    monitor = await cluster.connect()
  })
  afterEach(() => cluster.close())

  const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`)

  function watch(client: Client, options: Omit<LagOptions, 'group'>) {
    const told: GroupLag[] = []
    const ends: unknown[] = []
    const subscription = lag$(client, { group: 'audit', ...options }).subscribe({
      next: (lag) => told.push(lag),
      error: (error) => ends.push(error),
      complete: () => ends.push('complete')
    })
    return { told, ends, subscription, totals: () => told.map(({ total }) => total) }
  }

  /** A member of the group that keeps every delivery open. */
  function consume(): Delivery[] {
    const open: Delivery[] = []
    deliveries(mq, { group: 'audit', subscriptions, from: 'first' }).subscribe((one) => open.push(one))
    return open
  }

  it('tells how far a whole group is behind, from any client, as its members commit', async () => {
    await cluster.send(mq, numbers(10))
    const open = consume()
    await cluster.clock.advance(1000)
    const { told, totals } = watch(monitor, { topics: [Orders], everyMs: 1000 })
    await cluster.clock.settle()
    expect(totals()).toEqual([10])
    for (const one of open.splice(0, 4)) one.ack()
    await cluster.clock.advance(10_000)
    for (const one of open.splice(0)) one.ack()
    await cluster.clock.advance(10_000)
    expect(totals().at(-1)).toBe(0)
    expect([...totals()].sort((a, b) => b - a)).toEqual(totals())
    expect(told.at(-1)).toEqual({
      group: 'audit',
      total: 0,
      isComplete: true,
      queues: [0, 1].map((queueId) => ({ queue: { topic: 'orders', brokerName: 'broker-a', queueId }, position: 5, lag: 0 }))
    })
  })

  it('tells only changes, and asks no oftener than it is told', async () => {
    await cluster.send(mq, numbers(4))
    const { totals } = watch(monitor, { topics: ['orders'], everyMs: 5000 })
    await cluster.clock.advance(60_000)
    expect(totals()).toEqual([4])
    await cluster.send(mq, ['one more'])
    await cluster.clock.advance(4000)
    const before = totals()
    await cluster.clock.advance(2000)
    expect([before, totals()]).toEqual([[4], [4, 5]])
  })

  it("tells what this client's own consumers know, without asking anybody", async () => {
    await cluster.send(mq, numbers(10))
    const { totals, told } = watch(mq, { everyMs: 1000 })
    expect(told).toEqual([{ group: 'audit', total: 0, isComplete: false, queues: [] }])
    const open = consume()
    await cluster.clock.advance(2000)
    expect(totals().at(-1)).toBe(10)
    // The end of the retry topic's empty queue is known once a pull that was held is answered.
    await cluster.clock.advance(40_000)
    expect(totals().at(-1)).toBe(10)
    expect(told.at(-1)?.isComplete).toBe(true)
    for (const one of open.splice(0)) one.ack()
    await cluster.clock.advance(2000)
    expect(totals().at(-1)).toBe(0)
  })

  it('says what it does not know while a broker is away, and goes on when it is back', async () => {
    await cluster.send(mq, numbers(6))
    const { told, ends } = watch(monitor, { topics: [Orders], everyMs: 1000 })
    await cluster.clock.advance(1500)
    await cluster.restartBroker(20_000)
    expect(told.at(-1)).toMatchObject({ total: 0, isComplete: false })
    await cluster.clock.advance(60_000)
    expect(told.at(-1)).toMatchObject({ total: 6, isComplete: true })
    expect(ends).toEqual([])
  })

  it('waits for a topic that nobody knows yet', async () => {
    const { told, ends } = watch(monitor, { topics: ['nowhere'], everyMs: 1000 })
    await cluster.clock.advance(10_000)
    expect(told).toEqual([{ group: 'audit', total: 0, isComplete: false, queues: [] }])
    expect(ends).toEqual([])
  })

  it('completes when its client closes, and at once when that is closed', async () => {
    const { ends } = watch(monitor, { topics: [Orders] })
    await cluster.clock.settle()
    const closing = monitor.close({ timeoutMs: 1000 })
    expect(ends).toEqual(['complete'])
    await cluster.clock.advance(2000)
    await closing
    expect(watch(monitor, {}).ends).toEqual(['complete'])
  })

  it('leaves no timer when it is unsubscribed', async () => {
    const before = cluster.clock.pendingTimers.filter(({ dueInMs }) => dueInMs === 1_234_567)
    const { subscription } = watch(mq, { everyMs: 1_234_567 })
    const during = cluster.clock.pendingTimers.filter(({ dueInMs }) => dueInMs === 1_234_567)
    subscription.unsubscribe()
    const after = cluster.clock.pendingTimers.filter(({ dueInMs }) => dueInMs === 1_234_567)
    expect([before.length, during.length, after.length]).toEqual([0, 1, 0])
  })

  it.each([
    [{ everyMs: 0 }],
    [{ topics: [] }],
    [{ topics: [undefined] }],
    [{ topics: ['orders', ''] }],
    [{ group: '' }],
    [{ interval: 5 }]
  ])('fails with a typed error for the options %j', (options) => {
    expect(watch(mq, options as object).ends).toEqual([expect.any(OptionsError)])
  })
})
