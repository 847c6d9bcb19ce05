import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, type CloseReport, deadLetter, defineTopic, type Message, OptionsError, retry, text } from '@rocketmq-ts/client'
import { take } from 'rxjs'
import { type DeliveriesOptions, type Delivery, deliveries, settle } from '../src/index'
import { Cluster } from './support'

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const

describe('a stream of deliveries', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(4)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  type Options = Omit<DeliveriesOptions, 'group' | 'subscriptions'>
  const stream = (options: Options = {}) => deliveries(mq, { group: 'audit', subscriptions, from: 'first', ...options })
  const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `m${n}`)
  const values = (seen: ReadonlyArray<Delivery>): string[] => seen.map(({ message }) => message.body.toString()).sort()

  it('hands out every message, with its topic and value typed', async () => {
    await cluster.send(mq, numbers(50))
    const seen: string[] = []
    const subscription = stream().subscribe((delivery) => {
      const topic: 'orders' = delivery.message.topic
      seen.push(`${topic} ${delivery.message.value}`)
      delivery.ack()
    })
    await cluster.clock.settle()
    expect(seen.sort()).toEqual(
      numbers(50)
        .map((one) => `orders ${one}`)
        .sort()
    )
    subscription.unsubscribe()
  })

  it('never has more deliveries open than maxUnsettled', async () => {
    await cluster.send(mq, numbers(40))
    const open: Delivery[] = []
    const seen: Delivery[] = []
    const subscription = stream({ maxUnsettled: 5 }).subscribe((delivery) => {
      open.push(delivery)
      seen.push(delivery)
    })
    await cluster.clock.settle()
    expect(open).toHaveLength(5)
    for (let settled = 1; settled <= 35; settled++) {
      open.shift()?.ack()
      await cluster.clock.settle()
      expect(open).toHaveLength(5)
    }
    expect(values(seen)).toEqual(numbers(40).sort())
    for (const delivery of open) delivery.ack()
    subscription.unsubscribe()
  })

  it('settles each delivery once: the first call wins', async () => {
    await cluster.send(mq, ['only'])
    const results: boolean[] = []
    const seen: number[] = []
    const subscription = stream().subscribe((delivery) => {
      seen.push(delivery.message.attempt)
      results.push(delivery.ack(), delivery.retry({ delayLevel: 1 }), delivery.deadLetter(), delivery.isSettled)
    })
    await cluster.clock.advance(60_000)
    expect(results).toEqual([true, false, false, true])
    expect(seen).toEqual([1])
    subscription.unsubscribe()
  })

  it('gives a retried message again after its delay, and a dead letter never', async () => {
    await cluster.send(mq, ['again', 'never'])
    const seen: string[] = []
    const subscription = stream().subscribe((delivery) => {
      seen.push(`${delivery.message.value} ${delivery.message.attempt}`)
      if (delivery.message.value === 'never') delivery.deadLetter()
      else if (delivery.message.attempt === 1) delivery.retry({ delayLevel: 1 })
      else delivery.ack()
    })
    await cluster.clock.settle()
    expect(seen.sort()).toEqual(['again 1', 'never 1'])
    await cluster.clock.advance(60_000)
    expect(seen.sort()).toEqual(['again 1', 'again 2', 'never 1'])
    subscription.unsubscribe()
  })

  it('closes gracefully when unsubscribed: what is out may be settled, the rest comes again to the next member', async () => {
    await cluster.send(mq, numbers(10))
    const open: Delivery[] = []
    const reports: CloseReport[] = []
    const subscription = stream({ maxUnsettled: 4, onClosed: (report) => reports.push(report) }).subscribe((delivery) =>
      open.push(delivery)
    )
    await cluster.clock.settle()
    subscription.unsubscribe()
    await cluster.clock.settle()
    expect(reports).toEqual([])
    for (const delivery of open) delivery.ack()
    await cluster.clock.settle()
    expect(open).toHaveLength(4)
    expect(reports).toMatchObject([{ isComplete: true, handlers: 0, messages: 6, uncommittedQueues: 0 }])

    const rest: Delivery[] = []
    const second = stream().subscribe((delivery) => {
      rest.push(delivery)
      delivery.ack()
    })
    await cluster.clock.advance(5000)
    expect([...values(open), ...values(rest)].sort()).toEqual(numbers(10).sort())
    expect(rest.every(({ message }) => message.attempt === 1)).toBe(true)
    second.unsubscribe()
  })

  it('aborts the signals of what is not settled by the close deadline, and says so', async () => {
    await cluster.send(mq, numbers(3))
    const open: Delivery[] = []
    const reports: CloseReport[] = []
    const subscription = stream({ closeTimeoutMs: 2000, onClosed: (report) => reports.push(report) }).subscribe((one) => open.push(one))
    await cluster.clock.settle()
    const signals = open.map(({ signal }) => signal)
    subscription.unsubscribe()
    await cluster.clock.advance(3000)
    expect(reports).toMatchObject([{ isComplete: false, handlers: 3 }])
    expect(signals.map(({ aborted }) => aborted)).toEqual([true, true, true])
  })

  it('completes when its client is closed', async () => {
    const ends: string[] = []
    stream().subscribe({ complete: () => ends.push('complete'), error: (error) => ends.push(String(error)) })
    await cluster.clock.settle()
    const closing = mq.close({ timeoutMs: 1000 })
    await cluster.clock.advance(2000)
    await closing
    expect(ends).toEqual(['complete'])
  })

  it('fails with a typed error when its options are wrong', () => {
    const errors: unknown[] = []
    stream({ maxUnsettled: 0 }).subscribe({ error: (error) => errors.push(error) })
    expect(errors).toEqual([expect.any(OptionsError)])
  })
})

describe('settle', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(4)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  const stream = (options: Omit<DeliveriesOptions, 'group' | 'subscriptions'> = {}) =>
    deliveries(mq, { group: 'audit', subscriptions, from: 'first', ...options })

  it('emits values of consumed messages, never outcomes, and goes on after a failure', async () => {
    await cluster.send(mq, ['value', 'thrown', 'retried', 'dead'])
    const emitted: number[] = []
    const attempts: string[] = []
    const subscription = stream()
      .pipe(
        settle(async (message) => {
          attempts.push(`${message.value} ${message.attempt}`)
          if (message.value === 'dead') return deadLetter()
          if (message.value === 'thrown' && message.attempt === 1) throw new Error('first time')
          if (message.value === 'retried' && message.attempt === 1) return retry({ delayLevel: 1 })
          return message.value.length
        })
      )
      .subscribe((length) => emitted.push(length))
    await cluster.clock.advance(60_000)
    expect(attempts.sort()).toEqual(['dead 1', 'retried 1', 'retried 2', 'thrown 1', 'thrown 2', 'value 1'])
    expect(emitted.sort()).toEqual([5, 6, 7])
    subscription.unsubscribe()
  })

  it('runs as many projections at a time as it is told to', async () => {
    await cluster.send(
      mq,
      Array.from({ length: 20 }, (_, n) => `m${n}`)
    )
    let running = 0
    let most = 0
    let done = 0
    const finish: Array<() => void> = []
    const subscription = stream()
      .pipe(
        settle(
          async () => {
            most = Math.max(most, ++running)
            await new Promise<void>((resolve) => finish.push(resolve))
            running--
          },
          { concurrency: 3 }
        )
      )
      .subscribe(() => done++)
    await cluster.clock.settle()
    while (finish.length > 0) {
      finish.shift()?.()
      await cluster.clock.settle()
    }
    expect({ most, done }).toEqual({ most: 3, done: 20 })
    subscription.unsubscribe()
  })

  it('finishes projections under way after unsubscription and leaves the others uncounted', async () => {
    await cluster.send(
      mq,
      Array.from({ length: 12 }, (_, n) => `m${n}`)
    )
    const reports: CloseReport[] = []
    const begun: string[] = []
    let finish = (): void => {}
    const gate = new Promise<void>((resolve) => {
      finish = resolve
    })
    const project = async (message: Message<string>): Promise<void> => {
      begun.push(message.value)
      await gate
    }
    const subscription = stream({ onClosed: (report) => reports.push(report) })
      .pipe(settle(project, { concurrency: 2 }))
      .subscribe()
    await cluster.clock.settle()
    subscription.unsubscribe()
    await cluster.clock.settle()
    finish()
    await cluster.clock.settle()
    expect(begun).toHaveLength(2)
    expect(reports).toMatchObject([{ isComplete: true, handlers: 0, messages: 10 }])

    const rest: Array<readonly [string, number]> = []
    const second = stream().subscribe((delivery) => {
      rest.push([delivery.message.value, delivery.message.attempt])
      delivery.ack()
    })
    await cluster.clock.advance(5000)
    expect(rest.map(([value]) => value).filter((value) => !begun.includes(value))).toHaveLength(10)
    expect(rest.map(([, attempt]) => attempt).every((attempt) => attempt === 1)).toBe(true)
    second.unsubscribe()
  })

  it('ends with the operators behind it: take() closes the consumer', async () => {
    await cluster.send(mq, ['a', 'b', 'c'])
    const reports: CloseReport[] = []
    const seen: string[] = []
    stream({ onClosed: (report) => reports.push(report) })
      .pipe(
        settle((message) => message.value, { concurrency: 1 }),
        take(2)
      )
      .subscribe((value) => seen.push(value))
    await cluster.clock.advance(11_000)
    expect(seen).toHaveLength(2)
    expect(reports).toHaveLength(1)
    expect(mq.health().consumers).toEqual([])
  })
})
