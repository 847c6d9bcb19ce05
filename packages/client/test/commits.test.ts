import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { held } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { World } from './support/world'

describe('commits', () => {
  let world: World
  beforeEach(async () => {
    world = await World.start({ topics: { orders: 8 } })
  })
  afterEach(() => world.close())

  const commits = (): Array<[unknown, unknown]> =>
    world.broker.requests
      .filter(({ name, header }) => name === 'UPDATE_CONSUMER_OFFSET' && header['topic'] === 'orders')
      .map(({ header }) => [header['queueId'], header['commitOffset']])

  it('of a group for a topic begin with one that goes alone, for brokers lose those beside it', async () => {
    for (let queueId = 0; queueId < 8; queueId++) world.broker.store('orders', queueId, 'x')
    let answer: (() => void) | undefined
    world.broker.script(RequestCode.UPDATE_CONSUMER_OFFSET, (request) => {
      if (request.header.topic !== 'orders' || answer !== undefined) return undefined
      answer = () => request.answer({ code: ResponseCode.SUCCESS })
      return held
    })
    const mq = await world.connect()
    await mq.pushConsumer({ group: 'g', subscriptions: [{ topic: 'orders' }], from: 'first' }, () => undefined).ready
    await world.clock.advance(5000)
    expect(commits()).toHaveLength(1)
    answer?.()
    await world.clock.settle()
    expect(commits()).toHaveLength(8)
    expect(new Set(commits().map(([queueId]) => queueId)).size).toBe(8)
  })

  it('of many batches at once do so too', async () => {
    for (let queueId = 0; queueId < 8; queueId++) world.broker.store('orders', queueId, 'x')
    let atOnce = 0
    let most = 0
    world.broker.script(RequestCode.UPDATE_CONSUMER_OFFSET, (request) => {
      most = Math.max(most, ++atOnce)
      world.clock.deferAfterInput(() => {
        atOnce--
        request.answer({ code: ResponseCode.SUCCESS })
      })
      return held
    })
    const mq = await world.connect()
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: 'orders' }], from: 'first' })
    let taken = 0
    for await (const batch of consumer) {
      taken += batch.length
      if (taken === 8) break
    }
    await consumer.commit()
    const [first, ...others] = commits()
    expect(first).toBeDefined()
    expect(others).toHaveLength(7)
    expect(most).toBeLessThan(8)
  })

  it('are not repeated while nothing changes, but for one in thirty seconds', async () => {
    const mq = await world.connect()
    await mq.pushConsumer({ group: 'g', subscriptions: [{ topic: 'orders' }], from: 'first' }, () => undefined).ready
    await world.clock.advance(5000)
    expect(commits()).toHaveLength(8)
    await world.clock.advance(20_000)
    expect(commits()).toHaveLength(8)
    await world.clock.advance(10_000)
    expect(commits()).toHaveLength(16)
  })

  it('are told again to a broker that comes back', async () => {
    const mq = await world.connect()
    await mq.pushConsumer({ group: 'g', subscriptions: [{ topic: 'orders' }], from: 'first' }, () => undefined).ready
    await world.clock.advance(5000)
    await world.broker.stop()
    world.broker.offsets.clear()
    await world.clock.advance(1000)
    await world.broker.start(() => undefined)
    await world.clock.advance(10_000)
    expect([0, 7].map((queueId) => world.broker.committed('g', 'orders', queueId))).toEqual([0, 0])
  })
})
