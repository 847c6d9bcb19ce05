import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { type Client, deadLetter, defineTopic, type Handler, json, type Message, type PushConsumerOptions, retry, text } from '../src/index'
import { rejection, World } from './support/world'

const Orders = defineTopic('orders', text())

type Options = Omit<PushConsumerOptions, 'group' | 'subscriptions'>

describe('a push consumer', () => {
  let world: World
  let mq: Client
  beforeEach(async () => {
    world = await World.start({ topics: { orders: 2 } })
    mq = await world.connect()
  })
  afterEach(() => world.close())

  const fill = (count: number, from = 0): void => {
    for (let n = from; n < from + count; n++) world.broker.store('orders', n % 2, `m${n}`)
  }

  const consume = async (handler: Handler, options: Options = {}, client = mq) => {
    const subscriptions = [{ topic: Orders }] as const
    const consumer = client.pushConsumer(
      { group: 'g', subscriptions, from: 'first', ...options },
      handler as Handler<Message<string, 'orders'>>
    )
    await consumer.ready
    return consumer
  }

  const committed = (): Array<number | undefined> => [0, 1].map((queueId) => world.broker.committed('g', 'orders', queueId))

  it('handles every message once and commits on its interval', async () => {
    fill(100)
    const seen: unknown[] = []
    await consume((message) => void seen.push(message.value))
    await world.clock.settle()
    expect(seen.sort()).toEqual(Array.from({ length: 100 }, (_, n) => `m${n}`).sort())
    expect(committed()).toEqual([undefined, undefined])
    await world.clock.advance(5000)
    expect(committed()).toEqual([50, 50])
  })

  it('is ready when it owns its queues and reads them: a message sent then is not missed at the end of the queue', async () => {
    fill(10)
    const seen: unknown[] = []
    const consumer = await consume((message) => void seen.push(message.value), { from: 'last' })
    expect(consumer.queues).toHaveLength(2)
    world.broker.store('orders', 0, 'new')
    await world.clock.settle()
    expect(seen).toEqual(['new'])
  })

  it('goes on at once when groups are made while a heartbeat is answered, whenever that is', async () => {
    const seen: unknown[] = []
    await consume((message) => void seen.push(message.value))
    const sent: string[] = []
    for (let turns = 0; turns < 40; turns++) {
      await mq.producer({ group: `first-${turns}` }).send(Orders, `a${turns}`)
      for (let turn = 0; turn < turns; turn++) await Promise.resolve()
      await mq.producer({ group: `second-${turns}` }).send(Orders, `b${turns}`)
      sent.push(`a${turns}`, `b${turns}`)
      await world.clock.settle()
      expect(seen.slice(-2).sort()).toEqual(sent.slice(-2))
    }
  })

  it('runs as many handlers at a time as it is told to', async () => {
    fill(30)
    let running = 0
    let most = 0
    const release: Array<() => void> = []
    await consume(
      async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => release.push(resolve))
        running--
      },
      { concurrency: 7 }
    )
    await world.clock.settle()
    expect(running).toBe(7)
    for (let n = 0; n < 30; n++) {
      release.shift()?.()
      await world.clock.settle()
    }
    expect(most).toBe(7)
    expect(running).toBe(0)
  })

  it('commits nothing past a message that is still being handled', async () => {
    fill(10)
    let finish: (() => void) | undefined
    await consume((message) =>
      message.queueOffset === 2 && message.queue.queueId === 0 ? new Promise<void>((resolve) => (finish = resolve)) : undefined
    )
    await world.clock.advance(5000)
    expect(committed()).toEqual([2, 5])
    finish?.()
    await world.clock.advance(5000)
    expect(committed()).toEqual([5, 5])
  })

  it('gives a message whose handler throws back to the broker, and counts the attempt', async () => {
    world.broker.store('orders', 0, 'm')
    const attempts: Array<[number, string, string]> = []
    await consume((message) => {
      attempts.push([message.attempt, message.topic, message.queue.topic])
      if (message.attempt < 3) throw new Error('not yet')
    })
    await world.clock.advance(9000)
    expect(attempts).toHaveLength(1)
    await world.clock.advance(60_000)
    expect(attempts).toEqual([
      [1, 'orders', 'orders'],
      [2, 'orders', '%RETRY%g'],
      [3, 'orders', '%RETRY%g']
    ])
    expect(committed()[0]).toBe(1)
    expect(world.broker.committed('g', '%RETRY%g', 0)).toBe(2)
    const [back] = world.broker.requests.filter(({ name }) => name === 'CONSUMER_SEND_MSG_BACK')
    expect(back?.header).toMatchObject({ group: 'g', delayLevel: 0, originTopic: 'orders', maxReconsumeTimes: 16, bname: 'broker-a' })
  })

  it('retries after the level it was asked for, while others flow', async () => {
    fill(5)
    const seen: unknown[] = []
    await consume((message) => {
      seen.push(`${message.value} ${message.attempt}`)
      return message.value === 'm0' && message.attempt === 1 ? retry({ delayLevel: 1 }) : undefined
    })
    await world.clock.settle()
    expect(seen).toHaveLength(5)
    await world.clock.advance(7000)
    expect(seen[5]).toBe('m0 2')
  })

  it('sends a message to the dead letter topic when its handler says so or its attempts are used up', async () => {
    world.broker.store('orders', 0, 'hopeless')
    world.broker.store('orders', 1, 'stubborn')
    const sentBack: unknown[] = []
    const consumer = await consume((message) => (message.value === 'hopeless' ? deadLetter() : retry({ delayLevel: 1 })), {
      maxAttempts: 2
    })
    consumer.events.on('sentBack', ({ message, isDeadLetter }) => sentBack.push([message.value, message.attempt, isDeadLetter]))
    await world.clock.advance(10_000)
    expect(world.broker.messages('%DLQ%g').map(({ body }) => body.toString())).toEqual(['hopeless', 'stubborn'])
    expect(sentBack).toEqual([
      ['hopeless', 1, true],
      ['stubborn', 1, false],
      ['stubborn', 2, true]
    ])
  })

  it('moves the offset only when the broker has the message back', async () => {
    world.broker.store('orders', 0, 'm')
    let answer: (() => void) | undefined
    const stop = world.broker.script(RequestCode.CONSUMER_SEND_MSG_BACK, () => ({ code: ResponseCode.SYSTEM_ERROR, remark: 'no' }))
    world.broker.script(RequestCode.SEND_MESSAGE_V2, () => ({ code: ResponseCode.SYSTEM_BUSY, remark: 'no' }))
    const failures: unknown[] = []
    const attempts: number[] = []
    const consumer = await consume((message) => {
      attempts.push(message.attempt)
      throw new Error('no')
    })
    consumer.events.on('sendBackFailed', ({ error }) => failures.push(error))
    await world.clock.advance(4000)
    expect(failures).toHaveLength(1)
    expect(committed()[0] ?? 0).toBe(0)
    await world.clock.advance(2000)
    expect(attempts).toEqual([1, 2])
    expect(committed()[0]).toBe(0)
    stop()
    await world.clock.advance(10_000)
    expect(committed()[0]).toBe(1)
    expect(answer).toBeUndefined()
  })

  it('sends a message to the retry topic itself when its broker cannot take it back', async () => {
    world.broker.store('orders', 0, 'm', { KEYS: 'k', UNIQ_KEY: 'id-1', DELAY: '4' })
    world.broker.script(RequestCode.CONSUMER_SEND_MSG_BACK, () => ({ code: ResponseCode.SYSTEM_ERROR, remark: 'no' }))
    const seen: Array<[number, string, string, readonly string[], string | undefined]> = []
    await consume((message) => {
      seen.push([message.attempt, message.topic, message.messageId, message.keys, message.properties.get('ORIGIN_MESSAGE_ID')])
      if (message.attempt === 1) throw new Error('no')
      return deadLetter()
    })
    await world.clock.advance(20_000)
    expect(seen).toEqual([
      [1, 'orders', 'id-1', ['k'], undefined],
      [2, 'orders', 'id-1', ['k'], 'id-1']
    ])
    expect(world.broker.messages('%DLQ%g')).toHaveLength(1)
    const [send] = world.broker.requests.filter(({ name }) => name === 'SEND_MESSAGE_V2')
    expect(send?.header).toMatchObject({ topic: '%RETRY%g', reconsumeTimes: 1, maxReconsumeTimes: 16 })
    expect(committed()[0]).toBe(1)
  })

  it('gives up a handler that takes too long: aborts its signal, sends the message back, ignores what comes later', async () => {
    world.broker.store('orders', 0, 'slow')
    let aborted: unknown
    let finish: (() => void) | undefined
    const attempts: number[] = []
    const consumer = await consume(
      (message, { signal }) => {
        attempts.push(message.attempt)
        if (message.attempt > 1) return undefined
        signal.addEventListener('abort', () => (aborted = signal.reason))
        return new Promise<void>((resolve) => (finish = resolve))
      },
      { handlerTimeoutMs: 60_000, concurrency: 1 }
    )
    await world.clock.advance(59_000)
    expect(aborted).toBeUndefined()
    world.broker.store('orders', 1, 'waits for its turn')
    await world.clock.advance(1000)
    expect(aborted).toMatchObject({ code: 'HANDLER_TIMEOUT' })
    expect(attempts).toEqual([1, 1])
    finish?.()
    await world.clock.advance(15_000)
    expect(attempts).toEqual([1, 1, 2])
    expect(committed()).toEqual([1, 1])
    expect(consumer.health().handlers).toBe(0)
  })

  it('does not call the handler with a value that cannot be decoded', async () => {
    const Values = defineTopic('values', json<{ n: number }>())
    world.broker.createTopic('values', 1)
    world.broker.store('values', 0, 'no json')
    world.broker.store('values', 0, '{"n":1}')
    const seen: number[] = []
    const failures: unknown[] = []
    const consumer = mq.pushConsumer(
      { group: 'g', subscriptions: [{ topic: Values }], from: 'first', maxAttempts: 1 },
      (message) => void seen.push(message.value.n)
    )
    consumer.events.on('handlerFailed', ({ error }) => failures.push(error))
    await consumer.ready
    await world.clock.advance(1000)
    expect(seen).toEqual([1])
    expect(failures).toEqual([expect.objectContaining({ code: 'DECODE_FAILED' })])
    expect(world.broker.messages('%DLQ%g').map(({ body }) => body.toString())).toEqual(['no json'])
  })

  it('tells the sharding key a message was sent with', async () => {
    world.broker.store('orders', 0, 'keyed', { __SHARDINGKEY: 'customer-7' })
    world.broker.store('orders', 1, 'free')
    const seen: unknown[] = []
    await consume((message) => void seen.push([message.value, message.shardingKey]))
    await world.clock.settle()
    expect(seen.sort()).toEqual([
      ['free', undefined],
      ['keyed', 'customer-7']
    ])
  })

  it('compares tags as text again where the broker filters by hash', async () => {
    world.broker.store('orders', 0, 'wanted', { TAGS: 'Aa' })
    world.broker.store('orders', 0, 'alike', { TAGS: 'BB' })
    const seen: unknown[] = []
    const consumer = mq.pushConsumer(
      { group: 'g', subscriptions: [{ topic: Orders, tags: ['Aa'] }], from: 'first' },
      (message) => void seen.push(message.value)
    )
    await consumer.ready
    await world.clock.advance(5000)
    expect(seen).toEqual(['wanted'])
    expect(committed()).toEqual([2, 0])
  })

  it('pulls no further ahead than it is allowed to, and goes on when messages are settled', async () => {
    fill(600)
    const release: Array<() => void> = []
    const consumer = await consume(() => new Promise<void>((resolve) => release.push(resolve)), { maxUnsettled: 64, concurrency: 1000 })
    await world.clock.advance(60_000)
    const [first, second] = consumer.health().queues
    expect([first?.pending, second?.pending]).toEqual([96, 96])
    let settled = 0
    for (let round = 0; round < 100 && settled < 600; round++) {
      for (const one of release.splice(0)) {
        one()
        settled++
      }
      await world.clock.settle()
    }
    expect(settled).toBe(600)
  })

  it('bounds what is pulled and waits for a handler over all queues, and the bytes that handlers hold', async () => {
    fill(600)
    const release: Array<() => void> = []
    let running = 0
    let most = 0
    const consumer = await consume(
      async () => {
        most = Math.max(most, ++running)
        await new Promise<void>((resolve) => release.push(resolve))
        running--
      },
      // Bodies m0 to m599: 4 bytes and less, so that 40 bytes are 10 messages and more.
      { concurrency: 1000, maxConcurrentBytes: 40, maxWaiting: 64 }
    )
    await world.clock.advance(60_000)
    const pending = (): number => consumer.health().queues.reduce((sum, queue) => sum + queue.pending, 0)
    expect(pending()).toBeLessThan(64 + 2 * 32 + 20)
    let settled = 0
    let mostPending = 0
    for (let round = 0; round < 200 && settled < 600; round++) {
      for (const one of release.splice(0)) {
        one()
        settled++
      }
      await world.clock.settle()
      mostPending = Math.max(mostPending, pending())
    }
    expect(settled).toBe(600)
    expect(most).toBeLessThanOrEqual(20)
    expect(mostPending).toBeLessThan(64 + 2 * 32 + 20)
  })

  it('lets one stuck message hold back only so many behind it', async () => {
    for (let n = 0; n < 500; n++) world.broker.store('orders', 0, `m${n}`)
    let handled = 0
    await consume(() => (handled++ === 0 ? new Promise<void>(() => undefined) : undefined), { maxUnsettledSpan: 100 })
    await world.clock.advance(60_000)
    expect(handled).toBeLessThanOrEqual(100 + 32 + 1)
    expect(committed()[0]).toBe(0)
  })

  it('pulls nothing while it is paused', async () => {
    const seen: unknown[] = []
    const consumer = await consume((message) => void seen.push(message.value))
    consumer.pause()
    fill(2)
    await world.clock.settle()
    fill(2, 2)
    await world.clock.advance(30_000)
    expect(seen.sort()).toEqual(['m0', 'm1'])
    consumer.resume()
    await world.clock.settle()
    expect(seen.sort()).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  it('closes in order: finishes what it began, commits, leaves the group', async () => {
    fill(4)
    const release: Array<() => void> = []
    const consumer = await consume(() => new Promise<void>((resolve) => release.push(resolve)), { concurrency: 2 })
    await world.clock.settle()
    const closing = consumer.close({ timeoutMs: 10_000 })
    await world.clock.advance(1000)
    for (const one of release) one()
    expect(await closing).toEqual({ isComplete: true, sends: 0, handlers: 0, messages: 2, uncommittedQueues: 0 })
    expect(release).toHaveLength(2)
    expect(committed().reduce<number>((sum, offset) => sum + (offset ?? 0), 0)).toBe(2)
    expect(world.broker.members.get('g')?.size).toBe(0)
    await consumer.done
    expect(await consumer.close()).toMatchObject({ isComplete: true })
    expect(consumer.queues).toEqual([])
  })

  it('settles its close by the deadline and says what was left', async () => {
    fill(4)
    let aborted: unknown
    const consumer = await consume((_, { signal }) => {
      signal.addEventListener('abort', () => (aborted = signal.reason))
      return new Promise<void>(() => undefined)
    })
    await world.clock.settle()
    const closing = consumer.close({ timeoutMs: 1000 })
    await world.clock.advance(1000)
    expect(await closing).toMatchObject({ isComplete: false, handlers: 4, messages: 4 })
    expect(aborted).toMatchObject({ code: 'CLOSED' })
    expect(committed()).toEqual([0, 0])
  })

  it.each([10, 100, 300, 600])('loses nothing of a queue that another member gets %i ms before it closes', async (pauseMs) => {
    fill(4)
    const release: Array<() => void> = []
    const first = await consume(() => new Promise<void>((_, reject) => release.push(() => reject(new Error('not any more')))))
    await world.clock.settle()
    const closing = first.close({ timeoutMs: 10_000 })
    const seen: unknown[] = []
    await consume((message) => void seen.push(message.value), {}, await world.connect())
    await world.clock.advance(pauseMs)
    for (const one of release) one()
    await world.clock.advance(100_000)
    expect(await closing).toMatchObject({ isComplete: true })
    expect([...new Set(seen)].sort()).toEqual(['m0', 'm1', 'm2', 'm3'])
  })

  it('gives queues to a new member at once and commits what it settled', async () => {
    fill(10)
    const a: unknown[] = []
    const b: unknown[] = []
    const first = await consume((message) => void a.push(message.value))
    await world.clock.settle()
    const second = await consume((message) => void b.push(message.value), {}, await world.connect())
    await world.clock.advance(1000)
    expect([first.queues.length, second.queues.length]).toEqual([1, 1])
    expect(a).toHaveLength(10)
    expect(b).toEqual([])
    fill(10, 10)
    await world.clock.settle()
    expect(a).toHaveLength(15)
    expect(b).toHaveLength(5)
  })

  it('takes over at once when a member leaves, and goes on behind what it settled', async () => {
    fill(10)
    const a: unknown[] = []
    const b: unknown[] = []
    const first = await consume((message) => void a.push(message.value))
    const second = await consume((message) => void b.push(message.value), {}, await world.connect())
    await world.clock.advance(200)
    await first.close()
    await world.clock.advance(200)
    expect(second.queues).toHaveLength(2)
    expect([...a, ...b].sort()).toEqual(Array.from({ length: 10 }, (_, n) => `m${n}`).sort())
  })

  it('ignores what is settled in a queue after it was lost', async () => {
    fill(2)
    const release: Array<() => void> = []
    const reasons: unknown[] = []
    const first = await consume((_, { signal }) => {
      signal.addEventListener('abort', () => reasons.push(signal.reason))
      return new Promise<void>((resolve) => release.push(resolve))
    })
    await world.clock.settle()
    const again: unknown[] = []
    await consume((message) => void again.push(message.value), {}, await world.connect())
    await world.clock.advance(6000)
    expect(again).toHaveLength(1)
    expect(reasons).toEqual([expect.objectContaining({ code: 'QUEUE_NOT_OWNED' })])
    for (const one of release) one()
    await world.clock.advance(6000)
    expect(committed()).toEqual([1, 1])
    expect(first.health().handlers).toBe(0)
  })

  it('keeps its queues while no broker can say who the members are', async () => {
    const consumer = await consume(() => undefined)
    world.broker.script(RequestCode.GET_CONSUMER_LIST_BY_GROUP, () => ({ code: ResponseCode.SYSTEM_ERROR, remark: 'no consumer' }))
    await world.clock.advance(60_000)
    expect(consumer.queues).toHaveLength(2)
  })

  it('rebalances once for a burst of notifications', async () => {
    await consume(() => undefined)
    await world.clock.advance(1000)
    const before = world.broker.count('GET_CONSUMER_LIST_BY_GROUP')
    for (let n = 0; n < 50; n++) {
      world.broker.notify('g')
      await world.clock.advance(2)
    }
    // Two topics, the group's own and its retry topic, at most once per 100 ms.
    expect(world.broker.count('GET_CONSUMER_LIST_BY_GROUP') - before).toBeLessThanOrEqual(2 * 2)
    expect(world.broker.count('GET_CONSUMER_LIST_BY_GROUP') - before).toBeGreaterThan(0)
  })

  it('recovers from a broker that goes away and comes back, and handles nothing twice that was committed', async () => {
    fill(10)
    const seen: unknown[] = []
    const consumer = await consume((message) => void seen.push(message.value))
    await world.clock.advance(5000)
    await world.broker.stop()
    await world.clock.advance(30_000)
    expect(consumer.health().state).toBe('recovering')
    expect(consumer.queues).toHaveLength(2)
    await world.broker.start(() => undefined)
    fill(10, 10)
    await world.clock.advance(5000)
    expect(seen.sort()).toEqual(Array.from({ length: 20 }, (_, n) => `m${n}`).sort())
    expect(consumer.health().state).toBe('running')
    expect(world.broker.members.get('g')?.size).toBe(1)
    await world.clock.advance(5000)
    expect(committed()).toEqual([10, 10])
  })

  it('does not take the queues of members that a restarted broker has not heard of yet', async () => {
    for (let round = 0; round < 5; round++) {
      const group = `g${round}`
      const clients = [await world.connect(), await world.connect(), await world.connect()]
      const consumers = clients.map((client) => client.pushConsumer({ group, subscriptions: [{ topic: Orders }] }, () => undefined))
      await Promise.all(consumers.map((consumer) => consumer.ready))
      await world.clock.advance(2000)
      await world.broker.stop()
      await world.clock.advance(5000)
      await world.broker.start(() => undefined)
      for (let step = 0; step < 100; step++) {
        await world.clock.advance(50)
        expect(consumers.reduce((sum, consumer) => sum + consumer.queues.length, 0)).toBe(2)
      }
      await Promise.all(clients.map((client) => client.close()))
    }
  })

  it('takes the queues of a member that does not come back with the broker', async () => {
    const other = await world.connect()
    const consumer = await consume(() => undefined)
    await consume(() => undefined, {}, other)
    await world.clock.advance(2000)
    expect(consumer.queues).toHaveLength(1)
    await world.broker.stop()
    await other.close({ timeoutMs: 0 })
    await world.broker.start(() => undefined)
    await world.clock.advance(12_000)
    expect(consumer.queues).toHaveLength(2)
  })

  it('tells the broker of its subscription again when the broker does not know it', async () => {
    const seen: unknown[] = []
    await consume((message) => void seen.push(message.value))
    const heartbeats = world.broker.count('HEART_BEAT')
    let refusals = 2
    world.broker.script(RequestCode.PULL_MESSAGE, () =>
      refusals-- > 0 ? { code: ResponseCode.SUBSCRIPTION_NOT_EXIST, remark: "the consumer's group info not exist" } : undefined
    )
    fill(2)
    await world.clock.advance(2000)
    expect(world.broker.count('HEART_BEAT')).toBeGreaterThan(heartbeats)
    fill(2, 2)
    await world.clock.advance(1000)
    expect(seen).toHaveLength(4)
  })

  it('goes on elsewhere when its offset is gone, voids what it held, and says so', async () => {
    fill(10)
    const moves: unknown[] = []
    const seen: unknown[] = []
    const consumer = mq.pushConsumer(
      { group: 'g', subscriptions: [{ topic: Orders }], from: 'first' },
      (message) => void seen.push(message.value)
    )
    consumer.events.on('offsetMoved', ({ queue, from, to }) => moves.push([queue.queueId, from, to]))
    world.broker.expire('orders', 1, 3)
    await consumer.ready
    await world.clock.advance(5000)
    expect(moves).toEqual([[1, 0, 3]])
    expect(seen).toHaveLength(7)
    expect(committed()).toEqual([5, 5])
  })

  it('takes the queues of a topic that appears later', async () => {
    const Late = defineTopic('late', text())
    const seen: unknown[] = []
    const consumer = mq.pushConsumer(
      { group: 'g', subscriptions: [{ topic: Late }], from: 'first' },
      (message) => void seen.push(message.value)
    )
    await consumer.ready
    expect(consumer.queues).toEqual([])
    world.broker.createTopic('late', 3)
    world.broker.store('late', 2, 'x')
    await world.clock.advance(6000)
    expect(consumer.queues).toHaveLength(3)
    expect(seen).toEqual(['x'])
  })

  it('takes queues that are added to its topic', async () => {
    const consumer = await consume(() => undefined)
    world.broker.queues.get('orders')?.push([])
    await world.clock.advance(31_000)
    expect(consumer.queues).toHaveLength(3)
  })

  it('refuses a second consumer of its group in one client, and says whether they contradict each other', async () => {
    await consume(() => undefined)
    expect(() => mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Orders }] }, () => undefined)).toThrow(
      expect.objectContaining({ code: 'GROUP_IN_USE' })
    )
    const other = (): unknown => mq.pushConsumer({ group: 'g', subscriptions: [{ topic: Orders, tags: ['x'] }] }, () => undefined)
    expect(other).toThrow('orders[*]')
    expect(other).toThrow('orders[x]')
  })

  it('fails when the broker refuses it from the start, and recovers when it is refused later', async () => {
    const refuse = (): (() => void) =>
      world.broker.script(RequestCode.PULL_MESSAGE, () => ({ code: ResponseCode.NO_PERMISSION, remark: 'not you' }))
    const stop = refuse()
    const failing = mq.pushConsumer({ group: 'refused', subscriptions: [{ topic: Orders }] }, () => undefined)
    expect(await rejection(failing.done)).toMatchObject({ responseCode: 16 })
    stop()
    const seen: unknown[] = []
    await consume((message) => void seen.push(message.value))
    await world.clock.settle()
    const stopAgain = refuse()
    fill(2)
    await world.clock.advance(60_000)
    stopAgain()
    fill(2, 2)
    await world.clock.advance(5000)
    expect(seen).toHaveLength(4)
  })

  it('is noticed to be gone when its connection breaks', async () => {
    const other = await world.connect()
    const first = await consume(() => undefined)
    await consume(() => undefined, {}, other)
    await world.clock.advance(200)
    expect(first.queues).toHaveLength(1)
    for (const link of world.network.links({ port: 10911 })) if (link.client.host === '10.0.2.2') link.vanish('client')
    await other.close({ timeoutMs: 0 })
    await world.clock.advance(1000)
    expect(world.broker.members.get('g')?.size).toBe(2)
  })
})
