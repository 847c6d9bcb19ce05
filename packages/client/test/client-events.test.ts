import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Client } from '../src/index'
import { World } from './support/world'

describe('the events of a client', () => {
  let world: World
  let mq: Client
  const told: string[] = []
  beforeEach(async () => {
    world = await World.start()
    mq = await world.connect({ requestTimeoutMs: 1000 })
    told.length = 0
    for (const name of ['brokerUp', 'brokerDown', 'brokerUnasked', 'nameserverUp', 'nameserverDown'] as const)
      mq.events.on(name, () => told.push(name))
    mq.events.on('stateChanged', ({ state }) => told.push(state))
  })
  afterEach(() => world.close())

  const brokers = () => mq.health().brokers.map(({ isUp, isDown }) => ({ isUp, isDown }))
  const send = () => mq.producer({ group: 'g' }).send('orders', 'x')

  it('tell once when no nameserver answers any more, and once when one does again', async () => {
    await send()
    await world.stopNameserver()
    await world.clock.advance(120_000)
    expect(told).toEqual(['brokerUp', 'nameserverDown'])
    expect(mq.health().isNameserverUp).toBe(false)
    await world.startNameserver()
    await world.clock.advance(60_000)
    expect(told).toEqual(['brokerUp', 'nameserverDown', 'nameserverUp'])
  })

  it('tell of a broker that was never reached', async () => {
    await world.broker.stop()
    const sending = send().catch(() => undefined)
    await world.clock.advance(10_000)
    await sending
    expect(told).toEqual(['brokerDown'])
    expect(brokers()).toEqual([{ isUp: false, isDown: true }])
    await world.broker.start(() => undefined)
    await world.clock.advance(10_000)
    expect(told).toEqual(['brokerDown', 'brokerUp'])
    expect(brokers()).toEqual([{ isUp: true, isDown: false }])
  })

  it('tell that a broker is not asked any more when the last producer closes while it is away, and ask it again for the next one', async () => {
    const producer = mq.producer({ group: 'g' })
    await producer.send('orders', 'x')
    await world.broker.stop()
    await world.clock.advance(10_000)
    expect(brokers()).toEqual([{ isUp: false, isDown: true }])
    await producer.close()
    expect(told).toEqual(['brokerUp', 'brokerDown', 'brokerUnasked'])
    expect(brokers()).toEqual([{ isUp: false, isDown: false }])
    await world.clock.advance(60_000)
    expect(told).toHaveLength(3)
    mq.producer({ group: 'g' })
    await world.clock.advance(10_000)
    expect(brokers()).toEqual([{ isUp: false, isDown: true }])
    await world.broker.start(() => undefined)
    await world.clock.advance(10_000)
    expect(told.slice(3)).toEqual(['brokerDown', 'brokerUp'])
  })

  it('tell the same when the last consumer closes', async () => {
    const consumer = mq.pullConsumer({ group: 'g', subscriptions: [{ topic: 'orders' }] })
    await world.clock.advance(1000)
    await world.broker.stop()
    await world.clock.advance(10_000)
    const closing = consumer.close()
    await world.clock.advance(1000)
    await closing
    expect(told).toEqual(['brokerUp', 'brokerDown', 'brokerUnasked'])
    expect(brokers()).toEqual([{ isUp: false, isDown: false }])
  })

  it('do not take a broker for lost that need not be asked any more', async () => {
    const producer = mq.producer({ group: 'g' })
    await producer.send('orders', 'x')
    await producer.close()
    expect(told).toEqual(['brokerUp', 'brokerUnasked'])
    await world.broker.stop()
    await world.clock.advance(60_000)
    expect(told).toEqual(['brokerUp', 'brokerUnasked'])
  })

  it('do not call a broker unasked as long as there is a group that it must hear of', async () => {
    const producer = mq.producer({ group: 'g' })
    await producer.send('orders', 'x')
    await world.broker.stop()
    await world.clock.advance(10_000)
    const other = mq.producer({ group: 'other' })
    await producer.close()
    expect(told).toEqual(['brokerUp', 'brokerDown'])
    await other.close()
    await world.clock.advance(60_000)
    expect(told).toEqual(['brokerUp', 'brokerDown', 'brokerUnasked'])
    expect(brokers()).toEqual([{ isUp: false, isDown: false }])
  })

  it('do not take a broker for lost that was never told of this client', async () => {
    await mq.queues.of('orders')
    await world.clock.advance(60_000)
    expect(brokers()).toEqual([{ isUp: false, isDown: false }])
    for (const link of world.network.links({ port: 10911 })) link.vanish('server')
    await world.clock.advance(60_000)
    expect(told).toEqual([])
  })

  it('tell that it closes and that it has', async () => {
    const closing = mq.close({ timeoutMs: 1000 })
    expect(told).toEqual(['closing'])
    await world.clock.advance(2000)
    await closing
    expect(told).toEqual(['closing', 'closed'])
  })
})
