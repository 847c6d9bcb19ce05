import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { type Batch, type Client, defineTopic, json, type Message, type PullConsumer, text } from '../src/index'
import { rejection, World } from './support/world'

const Orders = defineTopic('orders', text())

describe('a pull consumer', () => {
  let world: World
  let mq: Client
  beforeEach(async () => {
    world = await World.start({ topics: { orders: 2 } })
    mq = await world.connect()
  })
  afterEach(() => world.close())

  const fill = (count: number, tag?: string): void => {
    for (let n = 0; n < count; n++) world.broker.store('orders', n % 2, `m${n}`, tag === undefined ? {} : { TAGS: tag })
  }

  /** The next so many messages, in the order handed out. */
  async function take<M extends Message>(
    consumer: PullConsumer<M>,
    count: number,
    each?: (batch: Batch<M>) => Promise<unknown>
  ): Promise<M[]> {
    const taken: M[] = []
    for await (const batch of consumer) {
      taken.push(...batch)
      await each?.(batch)
      if (taken.length >= count) break
    }
    return taken
  }

  const bodies = (messages: readonly Message[]): unknown[] => messages.map(({ value }) => value).sort()

  it('hands out every message of its queues, in the order of each queue', async () => {
    fill(100)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await consumer.ready
    expect(consumer.queues).toHaveLength(2)
    const taken = await take(consumer, 100)
    expect(taken).toHaveLength(100)
    for (const queueId of [0, 1]) {
      const offsets = taken.filter(({ queue }) => queue.queueId === queueId).map(({ queueOffset }) => queueOffset)
      expect(offsets).toEqual(Array.from({ length: 50 }, (_, at) => at))
    }
  })

  it('waits for messages with one held pull per queue', async () => {
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await consumer.ready
    await world.clock.settle()
    expect(world.broker.heldPulls).toBe(2)
    const taking = take(consumer, 1)
    world.broker.store('orders', 1, 'late')
    expect(bodies(await taking)).toEqual(['late'])
    await world.clock.settle()
    const before = world.broker.count('PULL_MESSAGE')
    await world.clock.advance(60_000)
    expect(world.broker.count('PULL_MESSAGE') - before).toBeLessThanOrEqual(2 * 3)
  })

  it('asks the broker for its tags only, and compares the text of those that hash alike', async () => {
    world.broker.store('orders', 0, 'wanted', { TAGS: 'Aa' })
    world.broker.store('orders', 0, 'alike', { TAGS: 'BB' })
    world.broker.store('orders', 0, 'other', { TAGS: 'Cc' })
    world.broker.store('orders', 0, 'untagged')
    world.broker.store('orders', 0, 'wanted too', { TAGS: 'Aa' })
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders, tags: ['Aa', 'Zz'] }], from: 'first' })
    expect(bodies(await take(consumer, 2))).toEqual(['wanted', 'wanted too'])
    const [pull] = world.broker.requests.filter(({ name }) => name === 'PULL_MESSAGE')
    expect(pull?.header).toMatchObject({ subscription: 'Aa || Zz', sysFlag: 6, suspendTimeoutMillis: 20_000, bname: 'broker-a' })
  })

  it('begins at the end for a group that has no offset, and reads nothing from before', async () => {
    fill(10)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }] })
    await consumer.ready
    world.broker.store('orders', 0, 'new')
    expect(bodies(await take(consumer, 1))).toEqual(['new'])
  })

  it('begins at a time', async () => {
    fill(4)
    await world.clock.advance(60_000)
    const timestampMs = world.clock.now()
    fill(2)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: { timestampMs } })
    expect(await take(consumer, 2)).toHaveLength(2)
    expect(consumer.queues.map((queue) => consumer.position(queue))).toEqual([3, 3])
  })

  it('commits what a batch holds, and a new instance of the group goes on behind it', async () => {
    fill(64)
    const first = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', maxBatch: 8 })
    const seen = await take(first, 16, (batch) => batch.commit())
    await first.close()
    const again = await world.connect()
    const second = again.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    const rest = await take(second, 64 - seen.length)
    expect(bodies([...seen, ...rest])).toEqual(Array.from({ length: 64 }, (_, n) => `m${n}`).sort())
  })

  it('commits nothing by itself: what was not committed comes again', async () => {
    fill(8)
    const first = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await take(first, 8)
    await first.close()
    expect(world.broker.committed('g', 'orders', 0)).toBeUndefined()
    const second = (await world.connect()).pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    expect(await take(second, 8)).toHaveLength(8)
  })

  it('commits all it has handed out, and nothing that waits to be', async () => {
    fill(64)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', maxBatch: 4 })
    await take(consumer, 4)
    await world.clock.settle()
    await consumer.commit()
    const committed = [0, 1].map((queueId) => world.broker.committed('g', 'orders', queueId) ?? 0)
    expect(committed.reduce((sum, offset) => sum + offset, 0)).toBe(4)
  })

  it('goes on where it is told to, and drops what was fetched before', async () => {
    fill(100)
    const consumer = mq.pullConsumer({
      group: 'g',
      subscriptions: [{ topic: Orders }],
      from: 'first',
      queues: [{ topic: 'orders', brokerName: 'broker-a', queueId: 0 }]
    })
    await consumer.ready
    const [queue] = consumer.queues
    if (queue === undefined) throw new Error('one queue was asked for')
    await take(consumer, 1)
    await consumer.seek(queue, 40)
    expect((await take(consumer, 1))[0]?.queueOffset).toBe(40)
    await consumer.seekToBegin()
    expect((await take(consumer, 1))[0]?.queueOffset).toBe(0)
    await consumer.seekToEnd(queue)
    world.broker.store('orders', 0, 'new')
    expect(bodies(await take(consumer, 1))).toEqual(['new'])
    expect(await rejection(consumer.seek(queue, 52))).toMatchObject({ code: 'OFFSET_OUT_OF_RANGE', facts: { min: 0, max: 51 } })
    expect(await rejection(consumer.seek({ ...queue, queueId: 1 }, 0))).toMatchObject({ code: 'QUEUE_NOT_OWNED' })
  })

  it('seeks by time', async () => {
    fill(20)
    await world.clock.advance(1000)
    const time = world.clock.now()
    fill(2)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await consumer.ready
    await consumer.seekToTime(time)
    expect((await take(consumer, 2)).map(({ queueOffset }) => queueOffset)).toEqual([10, 10])
  })

  it('commits no batch from before a seek', async () => {
    fill(20)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    const batches: Batch<Message>[] = []
    await take(consumer, 1, async (batch) => batches.push(batch))
    await consumer.seekToBegin()
    expect(await batches[0]?.commit()).toBe(false)
    expect(world.broker.offsets.size).toBe(0)
  })

  it('fetches no more than it was allowed to while nobody takes', async () => {
    fill(1000)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', maxBatch: 10, prefetch: 3 })
    await consumer.ready
    await world.clock.advance(60_000)
    expect(consumer.health().queues.map(({ pending }) => pending)).toEqual([30, 30])
    expect(await take(consumer, 1000)).toHaveLength(1000)
  })

  it('limits the bytes fetched ahead over all queues', async () => {
    for (let n = 0; n < 20; n++) world.broker.store('orders', n % 2, Buffer.alloc(1000))
    const consumer = mq.pullConsumer({
      group: 'g',
      subscriptions: [{ topic: 'orders' }],
      from: 'first',
      maxBatch: 1,
      prefetch: 100,
      maxPrefetchedBytes: 5000
    })
    await consumer.ready
    await world.clock.settle()
    const ahead = consumer.health().queues.reduce((sum, { pendingBytes }) => sum + pendingBytes, 0)
    expect(ahead).toBeGreaterThanOrEqual(5000)
    expect(ahead).toBeLessThanOrEqual(7000)
    expect(await take(consumer, 20)).toHaveLength(20)
  })

  it('fetches nothing while it is paused', async () => {
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', prefetch: 1 })
    await consumer.ready
    consumer.pause()
    fill(4)
    await take(consumer, 2)
    const before = world.broker.count('PULL_MESSAGE')
    await world.clock.advance(60_000)
    expect(world.broker.count('PULL_MESSAGE')).toBe(before)
    consumer.resume()
    expect(await take(consumer, 2)).toHaveLength(2)
  })

  it('shares the queues with the other members of its group', async () => {
    const other = await world.connect()
    const a = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await a.ready
    expect(a.queues).toHaveLength(2)
    const b = other.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await b.ready
    await world.clock.advance(200)
    expect([a.queues.length, b.queues.length]).toEqual([1, 1])
    await b.close()
    await world.clock.advance(200)
    expect(a.queues).toHaveLength(2)
  })

  it('commits no batch of a queue that another member owns now', async () => {
    fill(64)
    const a = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    const batches: Batch<Message>[] = []
    await take(a, 60, async (batch) => batches.push(batch))
    const b = (await world.connect()).pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await b.ready
    await world.clock.advance(200)
    const commits = await Promise.all(batches.map(async (batch) => [batch.queue.queueId, await batch.commit()]))
    for (const [queueId, isCommitted] of commits) expect(isCommitted).toBe(a.queues.some((queue) => queue.queueId === queueId))
  })

  it('reads all queues beside a group without being a member of it', async () => {
    fill(10)
    const member = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    await member.ready
    const other = await world.connect()
    const reader = other.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', queues: 'all' })
    await reader.ready
    expect(await take(reader, 10)).toHaveLength(10)
    await world.clock.advance(30_000)
    expect(member.queues).toHaveLength(2)
    expect(world.broker.members.get('g')?.size).toBe(1)
  })

  it('goes on at the oldest message when its offset is gone, and says so', async () => {
    fill(20)
    world.broker.expire('orders', 0, 5)
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    const moves: unknown[] = []
    consumer.events.on('offsetMoved', ({ queue, from, to }) => moves.push([queue.queueId, from, to]))
    const taken = await take(consumer, 15)
    expect(taken.filter(({ queue }) => queue.queueId === 0).map(({ queueOffset }) => queueOffset)).toEqual([5, 6, 7, 8, 9])
    expect(moves).toEqual([[0, 0, 5]])
  })

  it('reads a topic of JSON values and says which message is none', async () => {
    const Values = defineTopic('values', json<{ n: number }>())
    world.broker.createTopic('values', 1)
    world.broker.store('values', 0, '{"n":1}')
    world.broker.store('values', 0, 'no json', { KEYS: 'k' })
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Values }], from: 'first' })
    const [good, bad] = await take(consumer, 2)
    expect(good?.value.n).toBe(1)
    expect(() => bad?.value).toThrow(expect.objectContaining({ code: 'DECODE_FAILED', cause: expect.any(SyntaxError), raw: bad }))
    expect(bad?.body.toString()).toBe('no json')
    expect(bad?.keys).toEqual(['k'])
  })

  it('tells its loop of a record that stays unreadable, after handing out what lies before it', async () => {
    fill(6)
    world.broker.script(RequestCode.PULL_MESSAGE, ({ header }) => {
      if (header.queueId !== 0 || header.queueOffset > 1) return undefined
      const records = world.broker
        .messages('orders')
        .filter(({ queueId }) => queueId === 0)
        .slice(header.queueOffset)
      const body = Buffer.concat(records.map((message) => world.broker.record(message)))
      // The second record of the queue has an impossible size.
      body.writeInt32BE(-1, header.queueOffset === 0 ? body.readInt32BE(0) : 0)
      return { code: ResponseCode.SUCCESS, header: { suggestWhichBrokerId: 0, nextBeginOffset: 3, minOffset: 0, maxOffset: 3 }, body }
    })
    const queue = { topic: 'orders', brokerName: 'broker-a', queueId: 0 }
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first', queues: [queue] })
    expect(bodies(await take(consumer, 1))).toEqual(['m0'])
    const next = rejection(take(consumer, 1))
    await world.clock.advance(20_000)
    expect(await next).toMatchObject({ code: 'PROTOCOL_ERROR' })
    await consumer.seek(queue, 2)
    expect(bodies(await take(consumer, 1))).toEqual(['m4'])
  })

  it('ends its loops when it is closed', async () => {
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }] })
    await consumer.ready
    const loop = take(consumer, 1)
    await consumer.close()
    expect(await loop).toEqual([])
    await consumer.done
    expect(consumer.health().state).toBe('closed')
    expect(world.broker.members.get('g')?.size).toBe(0)
  })

  it('fails when the broker refuses it from the start', async () => {
    world.broker.script(RequestCode.PULL_MESSAGE, () => ({ code: ResponseCode.NO_PERMISSION, remark: 'not you' }))
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' })
    expect(await rejection(consumer.done)).toMatchObject({ code: 'REQUEST_REFUSED', responseCode: 16, remark: 'not you' })
    expect(await rejection(take(consumer, 1))).toMatchObject({ responseCode: 16 })
    expect(consumer.health().state).toBe('failed')
  })

  it('keeps a copy of a message on memory of its own', async () => {
    fill(3)
    const [message] = await take(mq.pullConsumer({ group: 'g', subscriptions: [{ topic: Orders }], from: 'first' }), 3)
    const value = message?.body.toString()
    const copy = message?.detach()
    message?.body.fill(0)
    expect(copy?.value).toBe(value)
    expect([copy?.messageId, copy?.queueOffset]).toEqual([message?.messageId, message?.queueOffset])
  })
})
