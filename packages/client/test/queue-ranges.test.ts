import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, defineTopic, type MessageQueue, OptionsError, type PullConsumer, type QueueRange, text } from '../src/index'
import { rejection, World } from './support/world'

const Orders = defineTopic('orders', text())
const queue = (queueId: number): MessageQueue => ({ topic: 'orders', brokerName: 'broker-a', queueId })

describe('a pull consumer with the ranges of its queues given', () => {
  let world: World
  let mq: Client
  beforeEach(async () => {
    world = await World.start({ topics: { orders: 2 } })
    mq = await world.connect()
  })
  afterEach(() => world.close())

  const fill = (queueId: number, count: number, tag?: string): void => {
    for (let n = 0; n < count; n++) world.broker.store('orders', queueId, `${queueId}/${n}`, tag === undefined ? {} : { TAGS: tag })
  }
  const consumer = (queues: readonly QueueRange[], tags?: readonly string[]) =>
    mq.pullConsumer({ group: 'g', subscriptions: [tags === undefined ? { topic: Orders } : { topic: Orders, tags }], queues, maxBatch: 4 })

  /** Everything, in order; ends when the loop does. */
  async function all(one: PullConsumer): Promise<string[]> {
    const values: string[] = []
    for await (const batch of one) values.push(...batch.messages.map(({ body }) => body.toString()))
    return values
  }

  it('hands out what lies in them, and its loops end there', async () => {
    fill(0, 20)
    fill(1, 20)
    const one = consumer([
      { ...queue(0), startOffset: 3, endOffset: 11 },
      { ...queue(1), startOffset: 18, endOffset: 20 }
    ])
    expect((await Promise.all([all(one), all(one)])).flat().sort()).toEqual(
      ['0/3', '0/4', '0/5', '0/6', '0/7', '0/8', '0/9', '0/10', '1/18', '1/19'].sort()
    )
    expect(one.queues.map((of) => one.position(of))).toEqual([11, 20])
  })

  it('begins where it is told, whatever its group has committed, and asks for nothing behind the end', async () => {
    fill(0, 20)
    world.broker.offsets.set('g orders 0', 15)
    expect(await all(consumer([{ ...queue(0), startOffset: 2, endOffset: 6 }]))).toEqual(['0/2', '0/3', '0/4', '0/5'])
    await world.clock.advance(60_000)
    expect(world.broker.count('PULL_MESSAGE')).toBe(1)
    expect(world.broker.heldPulls).toBe(0)
  })

  it('ends at once when there is nothing in them', async () => {
    fill(0, 5)
    expect(await all(consumer([{ ...queue(0), startOffset: 5, endOffset: 5 }]))).toEqual([])
    expect(world.broker.count('PULL_MESSAGE')).toBe(0)
  })

  it('ends behind messages that are not wanted', async () => {
    fill(0, 3, 'wanted')
    fill(0, 9, 'other')
    expect(await all(consumer([{ ...queue(0), startOffset: 0, endOffset: 12 }], ['wanted']))).toEqual(['0/0', '0/1', '0/2'])
  })

  it('goes on for ever where a queue has no end', async () => {
    fill(0, 2)
    const one = consumer([{ ...queue(0), startOffset: 0, endOffset: 2 }, queue(1)])
    const ended = all(one)
    await world.clock.advance(60_000)
    fill(1, 1)
    await world.clock.settle()
    await one.close()
    expect(await ended).toEqual(['0/0', '0/1', '1/0'])
  })

  it('reads on when it is sought back from the end', async () => {
    fill(0, 4)
    const one = consumer([{ ...queue(0), startOffset: 0, endOffset: 3 }])
    expect(await all(one)).toEqual(['0/0', '0/1', '0/2'])
    await one.seek(queue(0), 1)
    expect(await all(one)).toEqual(['0/1', '0/2'])
  })

  it('survives a broker that goes away in the middle, without a gap and without a double', async () => {
    fill(0, 40)
    const one = consumer([{ ...queue(0), startOffset: 0, endOffset: 40 }])
    const values: string[] = []
    let isRestarted = false
    const reading = (async () => {
      for await (const batch of one) {
        values.push(...batch.messages.map(({ body }) => body.toString()))
        if (values.length < 12 || isRestarted) continue
        isRestarted = true
        await world.broker.stop()
        await world.broker.start(() => undefined)
      }
    })()
    await world.clock.advance(30_000)
    await reading
    expect(values).toEqual(Array.from({ length: 40 }, (_, n) => `0/${n}`))
  })

  it('refuses offsets that are none', () => {
    expect(() => consumer([{ ...queue(0), startOffset: -1 }])).toThrow(OptionsError)
    expect(() => consumer([{ ...queue(0), endOffset: 1.5 }])).toThrow(OptionsError)
  })
})

describe('the queues of a client', () => {
  let world: World
  let mq: Client
  beforeEach(async () => {
    world = await World.start({ topics: { orders: 2 } })
    mq = await world.connect()
  })
  afterEach(() => world.close())

  it('are those of a topic, with the offsets that brokers tell', async () => {
    for (let n = 0; n < 5; n++) world.broker.store('orders', 1, `m${n}`)
    world.broker.expire('orders', 1, 2)
    world.broker.offsets.set('g orders 1', 4)
    expect(await mq.queues.of(Orders)).toEqual([queue(0), queue(1)])
    expect(await mq.queues.minOffset(queue(1))).toBe(2)
    expect(await mq.queues.maxOffset(queue(1))).toBe(5)
    expect(await mq.queues.committedOffset('g', queue(1))).toBe(4)
    expect(await mq.queues.committedOffset('other', queue(1))).toBeUndefined()
    expect(await mq.queues.offsetAt(queue(1), world.clock.now() + 1)).toBe(5)
  })

  it('are asked for in vain when no nameserver knows the topic, or the client is closed', async () => {
    expect(await rejection(mq.queues.of('nowhere'))).toMatchObject({ code: 'NO_ROUTE', topic: 'nowhere' })
    const closing = mq.close({ timeoutMs: 1000 })
    await world.clock.advance(2000)
    await closing
    expect(await rejection(mq.queues.of(Orders))).toMatchObject({ code: 'CLOSED' })
  })
})
