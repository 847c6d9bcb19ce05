import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, type CloseReport, defineTopic, OptionsError, text } from '@rocketmq-ts/client'
import { filter } from 'rxjs'
import { type DeliveriesOptions, type Delivery, deliveries, settle } from '../src/index'
import { Cluster } from './support'

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const
const QUEUES = 4

describe('the demand of a stream', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(QUEUES)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  type Options = Omit<DeliveriesOptions, 'group' | 'subscriptions'>
  const stream = (options: Options = {}) => deliveries(mq, { group: 'audit', subscriptions, from: 'first', ...options })
  const bodies = (count: number, bytes: number): string[] => Array.from({ length: count }, (_, n) => `${n} `.padEnd(bytes, '.'))
  const bytesOf = (all: Iterable<Delivery>): number => [...all].reduce((sum, { message }) => sum + message.body.length, 0)
  const pending = (): { count: number; bytes: number } => {
    const queues = mq.health().consumers.flatMap((consumer) => consumer.queues)
    return {
      count: queues.reduce((sum, queue) => sum + queue.pending, 0),
      bytes: queues.reduce((sum, queue) => sum + queue.pendingBytes, 0)
    }
  }

  it('is so many bytes over all queues: no more are handed out and unsettled, whichever is settled first', async () => {
    await cluster.send(mq, bodies(60, 100))
    const open: Delivery[] = []
    let seen = 0
    const subscription = stream({ maxUnsettledBytes: 1050 }).subscribe((delivery) => {
      open.push(delivery)
      seen++
    })
    await cluster.clock.settle()
    expect([open.length, bytesOf(open)]).toEqual([10, 1000])
    for (let settled = 1; settled <= 50; settled++) {
      open.splice((settled * 7) % open.length, 1)[0]?.ack()
      await cluster.clock.settle()
      expect(bytesOf(open)).toBe(1000)
    }
    expect(seen).toBe(60)
    subscription.unsubscribe()
  })

  it('lets one message through that is larger than all bytes allowed, alone', async () => {
    await cluster.send(mq, ['small', ...bodies(3, 3000), 'small'])
    const open: Delivery[] = []
    const subscription = stream({ maxUnsettledBytes: 1000 }).subscribe((delivery) => open.push(delivery))
    const groups: number[][] = []
    for (let round = 0; round < 6; round++) {
      await cluster.clock.settle()
      groups.push(open.map(({ message }) => message.body.length))
      for (const delivery of open.splice(0)) delivery.ack()
    }
    expect(groups.flat().sort()).toEqual([3000, 3000, 3000, 5, 5])
    for (const group of groups) if (group.includes(3000)) expect(group).toEqual([3000])
    subscription.unsubscribe()
  })

  it('counts the bytes that bodies have here, not those they were compressed to', async () => {
    await cluster.send(mq, bodies(8, 10_000))
    const open: Delivery[] = []
    const subscription = stream({ maxUnsettledBytes: 25_000 }).subscribe((delivery) => open.push(delivery))
    await cluster.clock.settle()
    expect(open.map(({ message }) => [message.bodyBytes, message.detach().bodyBytes])).toEqual([
      [10_000, 10_000],
      [10_000, 10_000]
    ])
    subscription.unsubscribe()
  })

  it('pulls as much again and no more than one pull per queue besides, in messages and in bytes', async () => {
    await cluster.send(mq, bodies(1000, 100))
    const open: Delivery[] = []
    const subscription = stream({ maxUnsettled: 20, pullBatch: 8 }).subscribe((delivery) => open.push(delivery))
    await cluster.clock.advance(60_000)
    expect(open).toHaveLength(20)
    expect(pending().count).toBeGreaterThanOrEqual(40)
    expect(pending().count).toBeLessThan(40 + QUEUES * 8)
    subscription.unsubscribe()
    for (const delivery of open) delivery.ack()
    await cluster.clock.advance(1000)

    const byBytes: Delivery[] = []
    const second = stream({ maxUnsettledBytes: 2000, pullBatch: 8 }).subscribe((delivery) => byBytes.push(delivery))
    await cluster.clock.advance(60_000)
    expect(byBytes).toHaveLength(20)
    expect(pending().bytes).toBeLessThan(4000 + QUEUES * 800)
    second.unsubscribe()
  })

  it('goes on to the last message when what waited for room finds it', async () => {
    await cluster.send(mq, bodies(500, 10))
    let seen = 0
    let most = 0
    const subscription = stream({ maxUnsettled: 3, pullBatch: 1 })
      .pipe(settle(async () => undefined, { concurrency: 2 }))
      .subscribe(() => {
        seen++
        most = Math.max(most, pending().count)
      })
    await cluster.clock.settle()
    expect(seen).toBe(500)
    expect(most).toBeLessThanOrEqual(6 + QUEUES)
    subscription.unsubscribe()
  })

  it('is taken up by deliveries that nobody settles until they have taken too long; then they come again', async () => {
    await cluster.send(mq, ['dropped', 'wanted'])
    const attempts: string[] = []
    const dropped: Delivery[] = []
    const subscription = stream({ maxUnsettled: 1, handlerTimeoutMs: 60_000 })
      .pipe(
        filter((delivery) => {
          attempts.push(`${delivery.message.value} ${delivery.message.attempt}`)
          if (delivery.message.value === 'dropped') dropped.push(delivery)
          return delivery.message.value === 'wanted'
        })
      )
      .subscribe((delivery) => delivery.ack())
    await cluster.clock.advance(59_000)
    expect(attempts).not.toContain('dropped 2')
    expect(dropped[0]?.isVoid).toBe(false)
    await cluster.clock.advance(50_000)
    expect(attempts.sort()).toEqual(['dropped 1', 'dropped 2', 'wanted 1'])
    expect([dropped[0]?.isVoid, dropped[0]?.ack(), dropped[0]?.signal.aborted]).toEqual([true, false, true])
    subscription.unsubscribe()
  })

  it('does not begin in settle with what took too long while it waited: it comes again instead', async () => {
    await cluster.send(mq, ['a', 'b'])
    const begun: string[] = []
    const values: string[] = []
    let finish: (value: string) => void = () => undefined
    const subscription = stream({ handlerTimeoutMs: 60_000 })
      .pipe(
        settle(
          ({ value, attempt }) => {
            begun.push(`${value} ${attempt}`)
            return begun.length > 1 ? value : new Promise<string>((resolve) => (finish = resolve))
          },
          { concurrency: 1 }
        )
      )
      .subscribe((value) => values.push(value))
    await cluster.clock.advance(59_000)
    expect(begun).toHaveLength(1)
    await cluster.clock.advance(50_000)
    finish('too late')
    await cluster.clock.settle()
    // The one that hung has made room, the other was sent back before it could begin.
    expect(begun.map((one) => one.slice(-1))).toEqual(['1', '2', '2'])
    expect(values.sort()).toEqual(['a', 'b'])
    subscription.unsubscribe()
  })

  it('gets back what a lost queue had taken of it, though nobody settles it', async () => {
    await cluster.send(mq, bodies(40, 10))
    const mine: Delivery[] = []
    const theirs: Delivery[] = []
    const first = stream({ maxUnsettled: 100 }).subscribe((delivery) => mine.push(delivery))
    await cluster.clock.settle()
    expect(mine).toHaveLength(40)
    const other = await cluster.connect()
    const second = deliveries(other, { group: 'audit', subscriptions }).subscribe((delivery) => theirs.push(delivery))
    await cluster.clock.advance(30_000)
    const lost = mine.filter(({ isVoid }) => isVoid)
    expect(theirs).toHaveLength(20)
    expect(lost.map(({ message }) => message.value).sort()).toEqual(theirs.map(({ message }) => message.value).sort())
    expect(lost.every((delivery) => delivery.signal.aborted && !delivery.ack())).toBe(true)
    expect(mq.health().consumers[0]?.handlers).toBe(20)
    first.unsubscribe()
    second.unsubscribe()
  })

  it('takes one timer for all its deliveries, and settle none', async () => {
    const subscription = stream()
      .pipe(settle(() => new Promise<void>(() => undefined), { concurrency: 100, ordered: true, key: ({ messageId }) => messageId }))
      .subscribe()
    await cluster.clock.settle()
    const before = cluster.clock.pendingTimers.length
    await cluster.send(mq, bodies(200, 10))
    await cluster.clock.settle()
    expect(mq.health().consumers[0]?.handlers).toBe(200)
    expect(cluster.clock.pendingTimers.length - before).toBeLessThan(5)
    subscription.unsubscribe()
  })

  it('follows with its offsets the lowest delivery that is not settled', async () => {
    const single = await Cluster.start(1)
    const client = await single.connect()
    await single.send(client, bodies(10, 5))
    const all: Delivery[] = []
    deliveries(client, { group: 'audit', subscriptions, from: 'first' }).subscribe((delivery) => all.push(delivery))
    await single.clock.settle()
    const position = (): number | undefined => client.health().consumers[0]?.queues.find(({ queue }) => queue.topic === 'orders')?.position
    for (const delivery of all.slice(3)) delivery.ack()
    await single.clock.settle()
    expect(position()).toBe(0)
    all[1]?.ack()
    all[0]?.ack()
    await single.clock.settle()
    expect(position()).toBe(2)
    all[2]?.ack()
    await single.clock.settle()
    expect(position()).toBe(10)
    await single.close()
  })

  it('leaves what settle has not begun to the next owner when the client closes, and finishes what it has begun', async () => {
    await cluster.send(mq, bodies(30, 10))
    const reports: CloseReport[] = []
    const begun: string[] = []
    const ends: string[] = []
    const finish: Array<() => void> = []
    stream({ onClosed: (report) => reports.push(report) })
      .pipe(
        settle(({ value }) => new Promise<string>((resolve) => finish.push(() => resolve(value)) && begun.push(value)), { concurrency: 2 })
      )
      .subscribe({ next: (value) => ends.push(value), complete: () => ends.push('complete') })
    await cluster.clock.settle()
    const closing = mq.close({ timeoutMs: 10_000 })
    await cluster.clock.settle()
    for (const one of finish) one()
    await cluster.clock.advance(1000)
    expect(await closing).toMatchObject({ isComplete: true, handlers: 0, messages: 28 })
    expect(begun).toHaveLength(2)
    expect(ends.sort()).toEqual([...begun, 'complete'].sort())
    expect(reports).toMatchObject([{ isComplete: true, messages: 28 }])
  })

  it.each([
    [{ maxUnsettled: 0 }, 'deliveries: maxUnsettled must be a whole number'],
    [{ maxUnsettledBytes: 0 }, 'deliveries: maxUnsettledBytes must be a whole number'],
    [{ closeTimeoutMs: -1 }, 'deliveries: closeTimeoutMs must be a whole number'],
    [{ onClosed: 'log' }, 'deliveries: onClosed must be a function'],
    [{ concurrency: 8 }, 'deliveries: unknown option concurrency'],
    [{ maxAttempts: 0 }, 'pushConsumer: maxAttempts must be a whole number']
  ])('is an error of the stream when it cannot work: %j', (options, message) => {
    const errors: unknown[] = []
    stream(options as Options).subscribe({ error: (error) => errors.push(error) })
    expect(errors).toEqual([expect.any(OptionsError)])
    expect(String(errors[0])).toContain(message)
  })
})
