import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { afterEach, describe, expect, it } from '@jest/globals'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type ClientOptions, ClosedError, connect, NameserverUnreachableError, OptionsError } from '../src/index'
import { rejection, World } from './support/world'

describe('connecting', () => {
  const clock = new ManualClock()
  const network = new MemoryNetwork({ clock })

  it('refuses options that can never work, naming them', async () => {
    const cases: Array<[unknown, string]> = [
      [undefined, 'options must be an object'],
      [{}, 'nameservers'],
      [{ nameservers: '' }, 'nameservers'],
      [{ nameservers: 'no-port' }, 'nameservers'],
      [{ nameservers: ['a:1', 7] }, 'nameservers'],
      [{ nameservers: 'a:1', nameServers: 'b:1' }, 'unknown option nameServers'],
      [{ nameservers: 'a:1', requestTimeoutMs: 0 }, 'requestTimeoutMs'],
      [{ nameservers: 'a:1', routeRefreshMs: 1.5 }, 'routeRefreshMs'],
      [{ nameservers: 'a:1', clientId: '' }, 'clientId'],
      [{ nameservers: 'a:1', logger: {} }, 'logger'],
      [{ nameservers: 'a:1', clock: {} }, 'clock']
    ]
    for (const [options, text] of cases) {
      const error = await rejection(connect(options as ClientOptions))
      expect(error).toBeInstanceOf(OptionsError)
      expect(String(error)).toContain(text)
    }
  })

  it('refuses credentials that are incomplete, and shows none of them', async () => {
    const credentials = { accessKey: 'rocketmq-ts', secretKey: 'hush-hush' }
    const cases: Array<[unknown, string]> = [
      ['hush-hush', 'credentials'],
      [{ accessKey: 'rocketmq-ts' }, 'secretKey'],
      [{ ...credentials, secretKey: ' hush-hush' }, 'secretKey'],
      [{ ...credentials, secretKey: 7 }, 'secretKey'],
      [{ ...credentials, accessKey: '' }, 'accessKey'],
      [{ ...credentials, securityToken: '' }, 'securityToken'],
      [{ ...credentials, secret: 'hush-hush' }, 'unknown option secret']
    ]
    for (const [given, text] of cases) {
      const error = await rejection(connect({ nameservers: 'a:1', credentials: given } as ClientOptions))
      expect(error).toBeInstanceOf(OptionsError)
      expect(String(error)).toContain(text)
      expect(JSON.stringify([String(error), error])).not.toContain('hush')
    }
  })

  it('says whom it asked and what they answered when no nameserver is there', async () => {
    const error = await rejection(connect({ nameservers: '10.0.0.1:9876;10.0.0.2:9876', clock, network }))
    expect(error).toBeInstanceOf(NameserverUnreachableError)
    expect((error as NameserverUnreachableError).asked.map(({ address }) => address).sort()).toEqual(['10.0.0.1:9876', '10.0.0.2:9876'])
    expect(String(error)).toContain('ECONNREFUSED')
    expect(clock.pendingTimers).toEqual([])
  })
})

describe('a client', () => {
  let world: World
  afterEach(() => world.close())

  it('works with any of several nameservers, and keeps routes when all are gone', async () => {
    world = await World.start()
    const mq = await world.connect({ nameservers: `10.0.0.8:9876;${world.nameservers};10.0.0.9:9876` })
    const producer = mq.producer({ group: 'shop' })
    await producer.send('orders', 'x')
    await world.stopNameserver()
    await world.clock.advance(120_000)
    expect((await producer.send('orders', 'y')).status).toBe('SEND_OK')
    expect(mq.health().isNameserverUp).toBe(false)
    await world.startNameserver()
    await world.clock.advance(40_000)
    expect(mq.health().isNameserverUp).toBe(true)
  })

  it('makes one connection per address for everything', async () => {
    world = await World.start()
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const push = mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders' }] }, () => undefined)
    const pull = mq.pullConsumer({ group: 'b', subscriptions: [{ topic: 'orders' }] })
    await Promise.all([push.ready, pull.ready, producer.send('orders', 'x')])
    await world.clock.advance(60_000)
    expect(world.network.links({ port: 10911 })).toHaveLength(1)
    expect(world.network.links({ port: 9876 })).toHaveLength(1)
  })

  it('tells every broker of its groups at once and every 30 s', async () => {
    world = await World.start({ brokers: ['broker-a', 'broker-b'] })
    const mq = await world.connect()
    await mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders', tags: ['x', 'y'] }] }, () => undefined).ready
    expect(world.brokers.map((broker) => broker.members.get('a')?.size)).toEqual([1, 1])
    await world.clock.advance(5000)
    const before = world.broker.count('HEART_BEAT')
    await world.clock.advance(60_000)
    expect(world.broker.count('HEART_BEAT') - before).toBe(2)
  })

  it('says what it subscribes to as official clients do', async () => {
    world = await World.start()
    const bodies: unknown[] = []
    world.broker.script(RequestCode.HEART_BEAT, ({ body }) => void bodies.push(body))
    const mq = await world.connect({ clientId: 'me' })
    mq.producer({ group: 'shop' })
    await mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders', tags: ['Aa', 'BB'] }], from: 'first' }, () => undefined).ready
    expect(bodies[bodies.length - 1]).toMatchObject({
      clientID: 'me',
      producerDataSet: [{ groupName: 'shop' }],
      consumerDataSet: [
        {
          groupName: 'a',
          consumeType: 'CONSUME_PASSIVELY',
          messageModel: 'CLUSTERING',
          consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
          subscriptionDataSet: [
            { topic: 'orders', subString: 'Aa || BB', tagsSet: ['Aa', 'BB'], codeSet: [2112], expressionType: 'TAG' },
            { topic: '%RETRY%a', subString: '*', tagsSet: [], codeSet: [] }
          ]
        }
      ]
    })
  })

  it('replaces a connection whose peer is gone without a word', async () => {
    world = await World.start()
    const mq = await world.connect()
    const changes: string[] = []
    mq.events.on('brokerUp', () => changes.push('up'))
    mq.events.on('brokerDown', () => changes.push('down'))
    const seen: unknown[] = []
    await mq.pushConsumer(
      { group: 'a', subscriptions: [{ topic: 'orders' }], from: 'first' },
      (message) => void seen.push(message.body.toString())
    ).ready
    for (const link of world.network.links({ port: 10911 })) link.vanish('server')
    world.broker.store('orders', 0, 'x')
    await world.clock.advance(45_000)
    expect(seen).toEqual(['x'])
    expect(changes).toEqual(['up', 'down', 'up'])
  })

  it('makes Node warn of nothing, however many topics it uses', async () => {
    const warnings: unknown[] = []
    const listener = (warning: Error): void => void warnings.push(warning)
    process.on('warning', listener)
    world = await World.start()
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const topics = Array.from({ length: 30 }, (_, n) => `topic-${n}`)
    await Promise.all(topics.map((topic) => producer.send(topic, 'x')))
    await mq.pushConsumer({ group: 'g', subscriptions: topics.map((topic) => ({ topic })), from: 'first' }, () => undefined).ready
    await world.broker.stop()
    await world.clock.advance(60_000)
    process.off('warning', listener)
    expect(warnings).toEqual([])
  })

  it('publishes its events on diagnostics channels too', async () => {
    world = await World.start()
    const events: unknown[] = []
    const listener = (event: unknown): void => void events.push(event)
    subscribe('rocketmq-ts.client.assigned', listener)
    const mq = await world.connect({ clientId: 'me' })
    await mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders' }] }, () => undefined).ready
    unsubscribe('rocketmq-ts.client.assigned', listener)
    expect(events).toContainEqual({ clientId: 'me', group: 'a', queue: { topic: 'orders', brokerName: 'broker-a', queueId: 0 }, offset: 0 })
  })

  it('survives listeners that throw', async () => {
    world = await World.start()
    const mq = await world.connect()
    const consumer = mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders' }] }, () => undefined)
    consumer.events.on('assigned', () => {
      throw new Error('mine')
    })
    await consumer.ready
    expect(world.logged).toContain('a listener of assigned threw')
  })

  it('answers a request it does not know with "not supported"', async () => {
    world = await World.start()
    const mq = await world.connect()
    await mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders' }] }, () => undefined).ready
    const peer = [...(world.broker.members.get('a')?.values() ?? [])][0]
    const answer = await peer?.invoke(RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })
    expect(answer?.code).toBe(3)
  })

  it('closes all it owns, says what was left, and leaves nothing behind', async () => {
    world = await World.start()
    const mq = await world.connect()
    mq.producer({ group: 'shop' })
    const consumer = mq.pushConsumer(
      { group: 'a', subscriptions: [{ topic: 'orders' }], from: 'first' },
      () => new Promise(() => undefined)
    )
    await consumer.ready
    world.broker.store('orders', 0, 'x')
    await world.clock.settle()
    const closing = mq.close({ timeoutMs: 500 })
    await world.clock.advance(500)
    expect(await closing).toMatchObject({ isComplete: false, handlers: 1, messages: 1 })
    expect(await mq.close()).toMatchObject({ isComplete: false })
    expect(mq.health()).toMatchObject({ state: 'closed', consumers: [] })
    expect(() => mq.producer({ group: 'shop' })).toThrow(ClosedError)
    await world.clock.advance(1000)
    expect(world.network.links()).toEqual([])
    await world.broker.stop()
    expect(world.clock.pendingTimers).toEqual([])
  })

  it('closes at once in the middle of starting', async () => {
    world = await World.start()
    const mq = await world.connect()
    const consumer = mq.pushConsumer({ group: 'a', subscriptions: [{ topic: 'orders' }] }, () => undefined)
    const closing = mq.close({ timeoutMs: 0 })
    await world.clock.advance(1000)
    expect(await closing).toMatchObject({ messages: 0 })
    expect(await rejection(consumer.ready)).toBeInstanceOf(ClosedError)
    await consumer.done
  })

  it('reaches brokers through an address map', async () => {
    world = await World.start()
    const mq = await world.connect({ addressMap: { '10.0.1.1:10911': '10.0.1.7:7' } })
    const sending = rejection(mq.producer({ group: 'shop', retries: 0 }).send('orders', 'x'))
    await world.clock.advance(4000)
    expect(String(await sending)).toContain('mapped to 10.0.1.7:7')
  })
})
