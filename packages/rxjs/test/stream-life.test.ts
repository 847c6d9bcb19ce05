import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, type CloseReport, defineTopic, type Handler, type Message, text } from '@rocketmq-ts/client'
import { catchError, concat, EMPTY, map, of, repeat, retry, Subject, share, switchMap, take, tap } from 'rxjs'
import { type DeliveriesOptions, type Delivery, deliveries, settle, testDelivery } from '../src/index'
import { Cluster, listenersOf } from './support'

const Orders = defineTopic('orders', text())
const subscriptions = [{ topic: Orders }] as const

describe('the life of a stream', () => {
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
  const consumers = (): number => mq.health().consumers.length

  it('is a member of the group from its subscription on, and not before', async () => {
    const cold = stream()
    await cluster.clock.settle()
    expect(consumers()).toBe(0)
    const subscription = cold.subscribe()
    expect(consumers()).toBe(1)
    subscription.unsubscribe()
    await cluster.clock.advance(1000)
    expect(consumers()).toBe(0)
  })

  it('listens to its client as long as it lives, however it ends', async () => {
    const listeners = listenersOf(mq)
    const unsubscribed = stream().subscribe()
    const failing = stream().subscribe({ error: () => undefined })
    await cluster.clock.settle()
    expect([listeners(), failing.closed]).toEqual([1, true])
    unsubscribed.unsubscribe()
    await cluster.clock.advance(1000)
    expect(listeners()).toBe(0)
  })

  it('fails with GroupInUseError beside another of its group at the same client, which goes on', async () => {
    const errors: unknown[] = []
    const seen: string[] = []
    const first = stream()
      .pipe(settle(({ value }) => value))
      .subscribe((value) => seen.push(value))
    stream().subscribe({ error: (error) => errors.push(error) })
    expect(errors).toMatchObject([{ code: 'GROUP_IN_USE', facts: { group: 'audit' } }])
    await cluster.send(mq, ['still here'])
    await cluster.clock.settle()
    expect(seen).toEqual(['still here'])
    first.unsubscribe()
  })

  it('waits for the one that is closing also behind another that was given up while it waited', async () => {
    await cluster.send(mq, numbers(4))
    const first = stream({ closeTimeoutMs: 5000 }).subscribe()
    await cluster.clock.settle()
    first.unsubscribe()
    stream().subscribe().unsubscribe()
    await cluster.clock.advance(1000)
    const seen: string[] = []
    const errors: unknown[] = []
    const last = stream()
      .pipe(settle(({ value }) => value))
      .subscribe({ next: (value) => seen.push(value), error: (error) => errors.push(error) })
    await cluster.clock.advance(60_000)
    expect([errors, seen.sort()]).toEqual([[], numbers(4)])
    last.unsubscribe()
  })

  it('begins when the stream before has left the group, and gets what that left', async () => {
    await cluster.send(mq, numbers(10))
    const held: Delivery[] = []
    const first = stream({ maxUnsettled: 4 }).subscribe((delivery) => held.push(delivery))
    await cluster.clock.settle()
    first.unsubscribe()
    const seen: string[] = []
    const errors: unknown[] = []
    const second = stream()
      .pipe(settle(({ value }) => value))
      .subscribe({ next: (value) => seen.push(value), error: (error) => errors.push(error) })
    await cluster.clock.settle()
    expect([seen, errors]).toEqual([[], []])
    for (const delivery of held) delivery.ack()
    await cluster.clock.advance(5000)
    const all = [...held.map(({ message }) => message.value), ...seen]
    expect(new Set(all)).toEqual(new Set(numbers(10)))
    expect(errors).toEqual([])
    second.unsubscribe()
  })

  it('never begins when it is unsubscribed while it waits for the one before', async () => {
    const reports: CloseReport[] = []
    await cluster.send(mq, ['m'])
    const first = stream({ closeTimeoutMs: 2000 }).subscribe()
    await cluster.clock.settle()
    first.unsubscribe()
    const second = stream({ onClosed: (report) => reports.push(report) }).subscribe()
    second.unsubscribe()
    await cluster.clock.advance(5000)
    expect(consumers()).toBe(0)
    expect(reports).toMatchObject([{ isComplete: true, messages: 0 }])
  })

  it('is a new member for each round of take(1) and repeat()', async () => {
    await cluster.send(mq, numbers(3))
    const reports: CloseReport[] = []
    const seen: string[] = []
    const ends: string[] = []
    stream({ maxUnsettled: 1, onClosed: (report) => reports.push(report) })
      .pipe(
        settle(({ value }) => value),
        take(1),
        repeat(3)
      )
      .subscribe({ next: (value) => seen.push(value), complete: () => ends.push('complete'), error: (error) => ends.push(String(error)) })
    await cluster.clock.advance(30_000)
    expect(seen.sort()).toEqual(numbers(3))
    expect(ends).toEqual(['complete'])
    expect(reports).toHaveLength(3)
    expect(consumers()).toBe(0)
  })

  it('begins anew after settle failed and retry() subscribed again: the message comes first, its attempt not counted', async () => {
    const single = await Cluster.start(1)
    const client = await single.connect()
    await single.send(client, ['bad', 'good'])
    const attempts: string[] = []
    const seen: string[] = []
    const failing = deliveries(client, { group: 'audit', subscriptions, from: 'first' }).pipe(
      settle(
        ({ value, attempt }) => {
          attempts.push(`${value} ${attempt}`)
          if (attempts.length === 1) throw new Error('the database is away')
          return value
        },
        { onError: 'fail', concurrency: 1 }
      ),
      retry({ count: 1 })
    )
    const subscription = failing.subscribe((value) => seen.push(value))
    await single.clock.advance(10_000)
    expect(attempts).toEqual(['bad 1', 'bad 1', 'good 1'])
    expect(seen).toEqual(['bad', 'good'])
    subscription.unsubscribe()
    await single.close()
  })

  it('is one member for all who share it, leaves with the last, and begins anew with the next', async () => {
    const shared = stream().pipe(
      settle(({ value }) => value),
      share()
    )
    const a: string[] = []
    const b: string[] = []
    const first = shared.subscribe((value) => a.push(value))
    const second = shared.subscribe((value) => b.push(value))
    expect(consumers()).toBe(1)
    await cluster.clock.settle()
    await cluster.send(mq, ['both'])
    await cluster.clock.settle()
    first.unsubscribe()
    await cluster.send(mq, ['second'])
    await cluster.clock.settle()
    second.unsubscribe()
    const third = shared.subscribe((value) => a.push(value))
    await cluster.send(mq, ['third'])
    await cluster.clock.advance(5000)
    expect([a, b]).toEqual([
      ['both', 'third'],
      ['both', 'second']
    ])
    third.unsubscribe()
  })

  it('may follow itself in concat()', async () => {
    await cluster.send(mq, numbers(4))
    const half = stream({ maxUnsettled: 1 }).pipe(
      settle(({ value }) => value),
      take(2)
    )
    const seen: string[] = []
    concat(half, half).subscribe((value) => seen.push(value))
    await cluster.clock.advance(20_000)
    expect(seen.sort()).toEqual(numbers(4))
  })

  it('hands out nothing more when it is unsubscribed in what it hands out', async () => {
    await cluster.send(mq, numbers(20))
    const seen: Delivery[] = []
    const reports: CloseReport[] = []
    const subscription = stream({ onClosed: (report) => reports.push(report) }).subscribe((delivery) => {
      seen.push(delivery)
      subscription.unsubscribe()
      delivery.ack()
    })
    await cluster.clock.advance(1000)
    expect(seen).toHaveLength(1)
    expect(reports).toMatchObject([{ isComplete: true, handlers: 0, uncommittedQueues: 0 }])
  })

  it('does not lose what an inner settle was at when that is unsubscribed alone', async () => {
    const single = await Cluster.start(1)
    const client = await single.connect()
    await single.send(client, ['a', 'b', 'c'])
    const begun: string[] = []
    const subscription = deliveries(client, { group: 'audit', subscriptions, from: 'first' })
      .pipe(
        // Each delivery drives out the one before: only the last is listened to.
        switchMap((delivery) =>
          of(delivery).pipe(
            settle(
              ({ value }) => {
                begun.push(value)
                return new Promise<string>(() => undefined)
              },
              { concurrency: 1 }
            )
          )
        )
      )
      .subscribe()
    await single.clock.settle()
    expect(begun).toEqual(['a', 'b', 'c'])
    expect(client.health().consumers[0]).toMatchObject({ handlers: 3 })
    subscription.unsubscribe()
    await single.clock.advance(11_000)
    const again: string[] = []
    const second = deliveries(client, { group: 'audit', subscriptions }).subscribe(({ message }) =>
      again.push(`${message.value} ${message.attempt}`)
    )
    await single.clock.advance(1000)
    expect(again.sort()).toEqual(['a 1', 'b 1', 'c 1'])
    second.unsubscribe()
    await single.close()
  })

  it('keeps the place of a delivery that is left while it goes on, and gives it back when it closes', async () => {
    await cluster.send(mq, numbers(3))
    const all: Delivery[] = []
    const reports: CloseReport[] = []
    const subscription = stream({ onClosed: (report) => reports.push(report) }).subscribe((delivery) => all.push(delivery))
    await cluster.clock.settle()
    for (const delivery of all) delivery.leave()
    await cluster.clock.advance(10_000)
    expect(mq.health().consumers[0]?.handlers).toBe(3)
    all[0]?.ack()
    subscription.unsubscribe()
    await cluster.clock.advance(1000)
    expect(reports).toMatchObject([{ isComplete: true, handlers: 0, messages: 2 }])
  })

  it('unsubscribes what settle is at when the close deadline has passed, not before', async () => {
    await cluster.send(mq, ['m'])
    const endless = new Subject<string>()
    const reports: CloseReport[] = []
    const subscription = stream({ closeTimeoutMs: 3000, onClosed: (report) => reports.push(report) })
      .pipe(settle(() => endless))
      .subscribe()
    await cluster.clock.settle()
    subscription.unsubscribe()
    await cluster.clock.advance(2000)
    expect([endless.observed, reports]).toEqual([true, []])
    await cluster.clock.advance(2000)
    expect(endless.observed).toBe(false)
    expect(reports).toMatchObject([{ isComplete: false, handlers: 1, messages: 1 }])
  })

  it('fails when it is subscribed at a client that is closed', async () => {
    const closing = mq.close({ timeoutMs: 1000 })
    await cluster.clock.advance(2000)
    await closing
    const errors: unknown[] = []
    stream().subscribe({ error: (error) => errors.push(error) })
    expect(errors).toMatchObject([{ code: 'CLOSED' }])
  })

  it('fails with RequestRefusedError when the broker refuses its group, leaves it, and may be tried again', async () => {
    cluster.forbid('audit')
    const errors: unknown[] = []
    const reports: CloseReport[] = []
    stream({ onClosed: (report) => reports.push(report) })
      .pipe(tap({ error: (error) => errors.push(error) }), retry({ count: 1 }))
      .subscribe({ error: (error) => errors.push(error) })
    await cluster.clock.advance(20_000)
    const refused = expect.objectContaining({ code: 'REQUEST_REFUSED', facts: expect.objectContaining({ responseCode: 16 }) })
    expect(errors).toEqual([refused, refused, refused])
    expect(reports).toHaveLength(2)
    expect(consumers()).toBe(0)
  })

  it('completes once when its client closes, and repeat() ends with the error of a closed client', async () => {
    const ends: unknown[] = []
    const reports: CloseReport[] = []
    stream({ onClosed: (report) => reports.push(report) })
      .pipe(tap({ complete: () => ends.push('complete') }), repeat())
      .subscribe({ error: (error) => ends.push(error) })
    await cluster.clock.settle()
    const closing = mq.close({ timeoutMs: 1000 })
    await cluster.clock.advance(5000)
    await closing
    expect(ends).toEqual(['complete', expect.objectContaining({ code: 'CLOSED' })])
  })

  it.each([
    [
      'throws',
      () => {
        throw new Error('in onClosed')
      }
    ],
    ['rejects', () => Promise.reject(new Error('in onClosed'))]
  ])('goes on when onClosed %s: the logger of the client gets the error', async (_, onClosed) => {
    const logged: unknown[] = []
    const ignore = (): void => undefined
    const error = (message: string, fields?: unknown): void => void logged.push([message, fields])
    mq = await cluster.connect({ logger: { debug: ignore, info: ignore, warn: ignore, error } })
    const unhandled: unknown[] = []
    const note = (reason: unknown): void => void unhandled.push(reason)
    process.on('unhandledRejection', note)
    stream({ onClosed }).subscribe().unsubscribe()
    await cluster.clock.advance(1000)
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(unhandled).toEqual([])
    expect(logged).toEqual([
      ['onClosed of deliveries threw', { group: 'audit', error: expect.objectContaining({ message: 'in onClosed' }) }]
    ])
    expect(consumers()).toBe(0)
  })

  it('tells onClosed once, however it ends', async () => {
    const reports: string[] = []
    const failing = stream({ onClosed: () => reports.push('failed') }).pipe(
      map(() => {
        throw new Error('in an operator')
      }),
      catchError(() => EMPTY)
    )
    await cluster.send(mq, ['m'])
    failing.subscribe()
    await cluster.clock.advance(11_000)
    expect(reports).toEqual(['failed'])
    expect(consumers()).toBe(0)
  })
})

describe('a delivery of a queue whose offsets moved', () => {
  it('can no longer be settled: what the queue holds is another story now', async () => {
    const consumer = new HandDrivenConsumer()
    const all: Delivery[] = []
    const subscription = deliveries(consumer.client, { group: 'audit', subscriptions }).subscribe((delivery) => all.push(delivery))
    const [moved, other] = [0, 1].map((queueId) =>
      testDelivery(Orders, 'm', { queue: { topic: 'orders', brokerName: 'broker-a', queueId } })
    )
    const handled = [moved, other].map((one) => consumer.handle(one?.message as Message))
    consumer.emit('offsetMoved', { queue: { topic: 'orders', brokerName: 'broker-a', queueId: 0 } })
    await handled[0]
    expect(all.map(({ isVoid }) => isVoid)).toEqual([true, false])
    expect(all.map((delivery) => delivery.ack())).toEqual([false, true])
    subscription.unsubscribe()
    await handled[1]
  })
})

/** What a stream needs of a client, driven by hand. */
class HandDrivenConsumer {
  readonly #listeners = new Map<string, (event: unknown) => void>()
  #handler: Handler = () => undefined

  get client(): Client {
    const on = (name: string, listener: (event: unknown) => void): (() => void) => {
      this.#listeners.set(name, listener)
      return () => undefined
    }
    const consumer = { events: { on }, done: new Promise(() => undefined), close: () => Promise.resolve({}) }
    const pushConsumer = (_: unknown, handler: Handler): unknown => {
      this.#handler = handler
      return consumer
    }
    return { events: { on }, pushConsumer } as unknown as Client
  }

  handle(message: Message): unknown {
    return this.#handler(message, { signal: new AbortController().signal })
  }

  emit(name: string, event: unknown): void {
    this.#listeners.get(name)?.(event)
  }
}
