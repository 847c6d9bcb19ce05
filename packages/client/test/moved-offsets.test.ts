import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { bytes, defineTopic } from '../src/index'
import { World } from './support/world'

const Orders = defineTopic('orders', bytes())

describe('a consumer whose broker moves its offset', () => {
  let world: World

  beforeEach(async () => {
    world = await World.start({ topics: { orders: 1 } })
  })

  afterEach(() => world.close())

  function moveTo(target: (offset: number) => number): number[] {
    const asked: number[] = []
    world.broker.script(RequestCode.PULL_MESSAGE, ({ header }) => {
      if (header.topic !== 'orders') return undefined
      asked.push(header.queueOffset)
      const nextBeginOffset = target(header.queueOffset)
      if (nextBeginOffset === header.queueOffset) return undefined
      return {
        code: ResponseCode.PULL_OFFSET_MOVED,
        header: { suggestWhichBrokerId: 0, nextBeginOffset, minOffset: 0, maxOffset: 1000 }
      }
    })
    return asked
  }

  it('goes there at once, the first time', async () => {
    const asked = moveTo(() => 7)
    const client = await world.connect()
    client.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, () => {})
    await world.clock.advance(10)
    expect(asked).toEqual([0, 7])
  })

  it('follows more and more slowly when it is sent to and fro', async () => {
    const asked = moveTo((offset) => (offset === 0 ? 1000 : 0))
    const client = await world.connect()
    client.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, () => {})
    await world.clock.advance(60_000)
    expect(asked.length).toBeGreaterThan(10)
    expect(asked.length).toBeLessThan(200)
  })
})
