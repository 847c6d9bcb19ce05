import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, type CloseReport, connect, defineTopic, json, retry } from '@rocketmq-ts/client'
import { type Server, startServer } from '@rocketmq-ts/server'
import { firstValueFrom, lastValueFrom, Subject, take, takeWhile, tap, toArray } from 'rxjs'
import { type DeliveriesOptions, deliveries, settle } from '../src/index'
import { Most, usedMiB } from './memory'

interface Step {
  readonly customer: string
  readonly step: number
}

const Steps = defineTopic('steps', json<Step>())
const subscriptions = [{ topic: Steps }] as const
const CUSTOMERS = 20
const STEPS = 25

/** Real sockets and real time: nothing waits for a time, everything for what has happened. */
describe('a stream over sockets', () => {
  let server: Server
  let mq: Client
  beforeEach(async () => {
    server = await startServer({ nameserverPort: 0, brokerPort: 0, topics: { steps: { queues: 4 } } })
    mq = await connect({ nameservers: server.nameserverAddress })
  })
  afterEach(async () => {
    await mq.close()
    await server.close()
  })

  const stream = (options: Omit<DeliveriesOptions, 'group' | 'subscriptions'> = {}) =>
    deliveries(mq, { group: 'audit', subscriptions, from: 'first', ...options })
  const order = Array.from({ length: STEPS }, (_, step) => step)

  async function sendSteps(): Promise<void> {
    const producer = mq.producer({ group: 'shop' })
    for (const step of order) {
      const sends = Array.from({ length: CUSTOMERS }, (_, n) => `customer-${n}`).map((customer) =>
        producer.send(Steps, { customer, step }, { shardingKey: customer })
      )
      await Promise.all(sends)
    }
  }

  it('keeps the order within a key while keys run side by side, within its demand', async () => {
    await sendSteps()
    const running = new Map<string, number>()
    let most = 0
    let open = 0
    let mostOpen = 0
    const done: Step[] = []
    const handle = async ({ customer, step }: Step): Promise<Step> => {
      running.set(customer, (running.get(customer) ?? 0) + 1)
      most = Math.max(most, running.size)
      expect(running.get(customer)).toBe(1)
      // The projections of other customers get their turns in between.
      for (let turn = 0; turn < 1 + (step % 3); turn++) await new Promise(setImmediate)
      running.delete(customer)
      return { customer, step }
    }
    const handled = stream({ maxUnsettled: 64, maxUnsettledBytes: 2000 }).pipe(
      tap(({ message }) => {
        open += message.bodyBytes
        mostOpen = Math.max(mostOpen, open)
      }),
      settle(({ value }) => handle(value), { key: (message) => message.shardingKey, concurrency: 8, onError: 'fail' }),
      tap((step) => {
        open -= Buffer.byteLength(JSON.stringify(step))
        done.push(step)
      }),
      take(CUSTOMERS * STEPS)
    )
    await lastValueFrom(handled)
    for (let n = 0; n < CUSTOMERS; n++) {
      expect(done.filter(({ customer }) => customer === `customer-${n}`).map(({ step }) => step)).toEqual(order)
    }
    expect(most).toBeGreaterThan(1)
    expect(most).toBeLessThanOrEqual(8)
    expect(mostOpen).toBeLessThanOrEqual(2000)
  })

  it('commits when it is unsubscribed, so that the next one goes on behind; a retried message comes again', async () => {
    await sendSteps()
    const half = (CUSTOMERS * STEPS) / 2
    const count = (closed: (report: CloseReport) => void) =>
      stream({ maxUnsettled: 1, onClosed: closed }).pipe(
        settle(({ value: { customer, step }, attempt }) => {
          const isFirst = customer === 'customer-0' && step === 0 && attempt === 1
          return isFirst ? retry({ delayLevel: 1 }) : `${customer} ${step}`
        })
      )
    const report = await new Promise<CloseReport>((resolve) => {
      count(resolve).pipe(take(half)).subscribe()
    })
    expect(report).toMatchObject({ isComplete: true, handlers: 0, uncommittedQueues: 0 })
    const rest = await lastValueFrom(count(() => undefined).pipe(take(half), toArray()))
    expect(new Set(rest).size).toBe(half)
  })

  it('goes on after its broker was away', async () => {
    const producer = mq.producer({ group: 'shop' })
    await producer.send(Steps, { customer: 'before', step: 1 })
    const seen = stream().pipe(settle(({ value }) => value.customer))
    const away = new Subject<string>()
    const sent = firstValueFrom(away).then(async () => {
      await server.restartBroker()
      await producer.send(Steps, { customer: 'after', step: 2 }, { timeoutMs: 20_000 })
    })
    // What was consumed and not committed before the broker went may come once more.
    const untilAfter = seen.pipe(
      tap(away),
      takeWhile((customer) => customer !== 'after'),
      toArray()
    )
    expect(new Set(await lastValueFrom(untilAfter))).toEqual(new Set(['before']))
    await sent
  })

  it('holds flat memory while a slow subscriber consumes 100,000 messages', async () => {
    const producer = mq.producer({ group: 'shop' })
    const batch = Array.from({ length: 500 }, (_, n) => ({ value: { customer: `customer-${n}`.padEnd(80, '.'), step: n } }))
    for (let sent = 0; sent < 100_000; sent += batch.length) await producer.sendBatch(Steps, batch)

    const most = new Most()
    const samples: number[] = []
    let handedOut = 0
    let consumed = 0
    /** Slower than messages come: by turns, not by time. */
    const slow = async (): Promise<void> => {
      for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
    }
    const consuming = stream({ maxUnsettled: 256 }).pipe(
      tap(() => most.see('handed out', ++handedOut - consumed)),
      settle(slow, { key: ({ queue, queueOffset }) => `${queue.queueId} ${queueOffset}`, concurrency: 32 }),
      tap(() => {
        consumed++
        if (consumed % 1000 === 0) most.see('pending', pending(mq))
        if (consumed % 10_000 === 0) samples.push(usedMiB())
      }),
      take(100_000)
    )
    await lastValueFrom(consuming)
    console.info(`MiB in use after each 10000 messages: ${samples.map((one) => one.toFixed(1)).join(', ')}. At most: ${most}`)
    expect(samples).toHaveLength(10)
    expect(Math.max(...samples)).toBeLessThan((samples[0] ?? 0) + 3)
    expect(most.of('handed out')).toBe(256)
    expect(most.of('pending')).toBeLessThanOrEqual(2 * 256 + 4 * 32)
  }, 120_000)
})

/** Messages that are pulled and not settled. */
function pending(mq: Client): number {
  return mq
    .health()
    .consumers.flatMap(({ queues }) => queues)
    .reduce((sum, queue) => sum + queue.pending, 0)
}
