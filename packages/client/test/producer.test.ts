import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingConnectError } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { defineTopic, json, NoRouteError, NotSentError, RequestRefusedError, SendUnknownError } from '../src/index'
import { rejection, World } from './support/world'

const Orders = defineTopic('orders', json<{ id: string }>())
const busy = { code: ResponseCode.SYSTEM_BUSY, remark: '[REJECTREQUEST]' }

describe('a producer', () => {
  let world: World
  beforeEach(async () => {
    world = await World.start({ brokers: ['broker-a', 'broker-b'], topics: { orders: 2 } })
  })
  afterEach(() => world.close())

  const queuesSent = (): string[] =>
    world.brokers.flatMap((broker) =>
      broker.requests.filter(({ name }) => name === 'SEND_MESSAGE_V2').map(({ header }) => `${broker.name}${header['queueId']}`)
    )

  it('sends a message with its tag, keys, properties and a receipt of where it is', async () => {
    const mq = await world.connect()
    const options = { tag: 'created', keys: ['o-1', 'k2'], properties: { trace: '纸😀' }, queue: { brokerName: 'broker-a', queueId: 1 } }
    const receipt = await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1' }, options)
    expect(receipt).toMatchObject({ status: 'SEND_OK', queue: { topic: 'orders', brokerName: 'broker-a', queueId: 1 }, queueOffset: 0 })
    const [stored] = world.broker.messages('orders')
    expect(stored?.body.toString()).toBe('{"id":"o-1"}')
    expect(stored?.properties.toString().split('\u0002').sort()).toEqual(
      ['', 'KEYS\u0001o-1 k2', 'TAGS\u0001created', `UNIQ_KEY\u0001${receipt.messageId}`, 'WAIT\u0001true', 'trace\u0001纸😀'].sort()
    )
  })

  it('gives every message an id of its own', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const receipts = await Promise.all(Array.from({ length: 300 }, () => producer.send('orders', 'x')))
    expect(new Set(receipts.map(({ messageId }) => messageId)).size).toBe(300)
  })

  it('goes round all writable queues of all brokers', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    for (let n = 0; n < 8; n++) await producer.send('orders', 'x')
    expect(queuesSent().sort()).toEqual([
      'broker-a0',
      'broker-a0',
      'broker-a1',
      'broker-a1',
      'broker-b0',
      'broker-b0',
      'broker-b1',
      'broker-b1'
    ])
  })

  it('keeps the messages of a sharding key in one queue and marks them with it', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    for (let n = 0; n < 5; n++) await producer.send('orders', 'x', { shardingKey: 'customer-7' })
    expect(new Set(queuesSent()).size).toBe(1)
    const [stored] = world.brokers.flatMap((broker) => broker.messages('orders'))
    expect(stored?.properties.toString()).toContain('__SHARDINGKEY\u0001customer-7\u0002')
  })

  it('tries another broker at once when one is busy', async () => {
    const mq = await world.connect()
    world.broker.script(RequestCode.SEND_MESSAGE_V2, () => busy)
    const producer = mq.producer({ group: 'shop' })
    for (let n = 0; n < 4; n++) expect((await producer.send('orders', 'x')).queue.brokerName).toBe('broker-b')
  })

  it('leaves a broker that failed alone for a while', async () => {
    const mq = await world.connect()
    const stop = world.broker.script(RequestCode.SEND_MESSAGE_V2, () => busy)
    const producer = mq.producer({ group: 'shop' })
    for (let n = 0; n < 8; n++) await producer.send('orders', 'x')
    expect(world.broker.count('SEND_MESSAGE_V2')).toBe(1)
    stop()
    await world.clock.advance(10_000)
    for (let n = 0; n < 8; n++) await producer.send('orders', 'x')
    expect(world.broker.count('SEND_MESSAGE_V2')).toBe(5)
  })

  it('says that a message is not stored when every broker refuses it', async () => {
    const mq = await world.connect()
    for (const broker of world.brokers) broker.script(RequestCode.SEND_MESSAGE_V2, () => busy)
    const error = await rejection(mq.producer({ group: 'shop' }).send('orders', 'x'))
    expect(error).toBeInstanceOf(NotSentError)
    expect(error).toMatchObject({ code: 'NOT_SENT', sent: 'no', retriable: true, topic: 'orders' })
    expect((error as NotSentError).attempts).toHaveLength(3)
    expect(String(error)).toContain('[REJECTREQUEST]')
  })

  it('does not try again what the broker will never take', async () => {
    const mq = await world.connect()
    for (const broker of world.brokers) {
      broker.script(RequestCode.SEND_MESSAGE_V2, () => ({ code: ResponseCode.MESSAGE_ILLEGAL, remark: 'no such luck' }))
    }
    const error = await rejection(mq.producer({ group: 'shop' }).send('orders', 'x'))
    expect(error).toMatchObject({ code: 'REFUSED', sent: 'no', retriable: false, responseCode: 13, remark: 'no such luck' })
    expect((error as NotSentError).attempts).toHaveLength(1)
    expect((error as NotSentError).cause).toBeInstanceOf(RequestRefusedError)
  })

  it('says that an outcome is unknown when no answer comes in time', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop', sendTimeoutMs: 1000 })
    await producer.send('orders', 'x')
    for (const link of world.network.links({ port: 10911 })) link.stall('to-client')
    const sending = rejection(producer.send('orders', 'y', { queue: { brokerName: 'broker-a', queueId: 0 } }))
    await world.clock.advance(1200)
    expect(await sending).toBeInstanceOf(SendUnknownError)
    expect(await sending).toMatchObject({ sent: 'unknown', code: 'SEND_UNKNOWN' })
  })

  it('sends an unordered message again when the connection broke, and an ordered one not', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    await producer.send('orders', 'first', { queue: { brokerName: 'broker-a', queueId: 0 } })
    const cut = (): void => {
      world.broker.script(RequestCode.SEND_MESSAGE_V2, () => {
        for (const link of world.network.links({ host: world.broker.host, port: 10911 })) link.cut()
        return undefined
      })
    }
    cut()
    const ordered = await rejection(producer.send('orders', 'x', { queue: { brokerName: 'broker-a', queueId: 0 } }))
    expect(ordered).toMatchObject({ sent: 'unknown' })
    expect((ordered as SendUnknownError).attempts).toHaveLength(1)
    await world.clock.advance(10_000)
    const unordered = await Promise.all([1, 2, 3, 4].map(() => producer.send('orders', 'y')))
    expect(new Set(unordered.map(({ queue }) => queue.brokerName))).toEqual(new Set(['broker-b']))
  })

  it('tries the only broker again after a pause, and says that nothing was sent when it stays away', async () => {
    const lonely = await World.start()
    const mq = await lonely.connect()
    const producer = mq.producer({ group: 'shop' })
    await producer.send('orders', 'x')
    await lonely.broker.stop()
    const sending = rejection(producer.send('orders', 'y'))
    await lonely.clock.advance(3000)
    const error = await sending
    expect(error).toMatchObject({ sent: 'no', code: 'NOT_SENT' })
    expect((error as NotSentError).attempts).toHaveLength(3)
    expect((error as NotSentError).cause).toBeInstanceOf(RemotingConnectError)
    expect(String(error)).toContain('advertised by broker broker-a')
    await lonely.broker.start(() => undefined)
    await lonely.clock.advance(5000)
    expect((await producer.send('orders', 'z')).status).toBe('SEND_OK')
    await lonely.close()
  })

  it('sends to a broker that has just come back: it waits until a connection may be made again', async () => {
    const lonely = await World.start()
    const mq = await lonely.connect()
    const producer = mq.producer({ group: 'shop', sendTimeoutMs: 5000 })
    await producer.send('orders', 'x')
    await lonely.broker.stop()
    const pauseMs = (): number => Math.max(...mq.health().connections.map(({ retryInMs }) => retryInMs))
    while (pauseMs() < 1000) {
      const refused = rejection(producer.send('orders', 'y', { timeoutMs: 1 }))
      await lonely.clock.advance(500)
      await refused
    }
    await lonely.broker.start(() => undefined)
    const sending = producer.send('orders', 'z')
    await lonely.clock.advance(5000)
    expect((await sending).status).toBe('SEND_OK')
    await lonely.close()
  })

  it('does not forget an unknown attempt when a later one is refused', async () => {
    const mq = await world.connect()
    for (const broker of world.brokers) {
      let isFirst = true
      broker.script(RequestCode.SEND_MESSAGE_V2, () => {
        const code = isFirst ? ResponseCode.SYSTEM_ERROR : ResponseCode.SYSTEM_BUSY
        isFirst = false
        return { code, remark: 'failed in the middle' }
      })
    }
    expect(await rejection(mq.producer({ group: 'shop' }).send('orders', 'x'))).toMatchObject({ sent: 'unknown' })
  })

  it('hands out the status of a message that is stored less well than asked', async () => {
    const mq = await world.connect()
    for (const broker of world.brokers) {
      broker.script(RequestCode.SEND_MESSAGE_V2, () => ({
        code: ResponseCode.FLUSH_DISK_TIMEOUT,
        header: { msgId: 'id', queueId: 0, queueOffset: 7 }
      }))
    }
    const receipt = await mq.producer({ group: 'shop' }).send('orders', 'x')
    expect(receipt).toMatchObject({ status: 'FLUSH_DISK_TIMEOUT', queueOffset: 7 })
  })

  it('sends to a topic that the first send creates, with no more queues than asked for', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop', topicQueues: 2 })
    await producer.send('brand-new', 'x')
    expect(world.brokers.flatMap((broker) => broker.queues.get('brand-new')?.length ?? [])).toEqual([2])
    await world.clock.advance(1000)
    for (let n = 0; n < 4; n++) await producer.send('brand-new', 'x')
    expect(world.brokers.flatMap((broker) => broker.messages('brand-new'))).toHaveLength(5)
  })

  it('names every nameserver and its answer when there is no route', async () => {
    const strict = await World.start({ autoCreate: false })
    const mq = await strict.connect({ nameservers: `${strict.nameservers};10.0.0.9:9876` })
    const error = await rejection(mq.producer({ group: 'shop' }).send('nowhere', 'x'))
    expect(error).toMatchObject({ code: 'NO_ROUTE', sent: 'no' })
    expect((error as NotSentError).cause).toBeInstanceOf(NoRouteError)
    expect(String(error)).toContain('10.0.0.1:9876: TOPIC_NOT_EXIST 17')
    expect(String(error)).toContain('10.0.0.9:9876: no connection')
    expect(String(error)).toContain('No broker is up, or brokers do not create topics by themselves')
    expect(String(error)).toContain('create the topic first')
    await strict.close()
  })

  it('sends a batch as one, in one queue, each message with an id of its own', async () => {
    const mq = await world.connect()
    const receipt = await mq.producer({ group: 'shop' }).sendBatch(Orders, [
      { value: { id: 'a' }, tag: 't' },
      { value: { id: 'b' }, keys: ['k'] }
    ])
    const stored = world.brokers.flatMap((broker) => broker.messages('orders'))
    expect(stored.map(({ body }) => body.toString())).toEqual(['{"id":"a"}', '{"id":"b"}'])
    expect(stored.map(({ queueOffset }) => queueOffset)).toEqual([0, 1])
    expect(receipt.messageIds).toHaveLength(2)
    for (const [at, id] of receipt.messageIds.entries()) expect(stored[at]?.properties.toString()).toContain(`UNIQ_KEY\u0001${id}\u0002`)
  })

  it('compresses large bodies and leaves alone what does not get smaller', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop', compressAboveBytes: 1000 })
    const queue = { brokerName: 'broker-a', queueId: 0 }
    await producer.send('orders', 'x'.repeat(999), { queue })
    await producer.send('orders', 'x'.repeat(1000), { queue })
    const noise = Buffer.from(Array.from({ length: 1000 }, () => Math.floor(world.clock.random() * 256)))
    await producer.send('orders', noise, { queue })
    await producer.send('orders', 'x'.repeat(100_000), { queue })
    const [small, large, random, huge] = world.broker.messages('orders')
    expect([small?.sysFlag, large?.sysFlag, random?.sysFlag, huge?.sysFlag]).toEqual([0, 0x301, 0, 0x301])
    expect(random?.body.equals(noise)).toBe(true)
    expect(large?.body.length).toBeLessThan(100)
  })

  it.each([
    ['lz4', 0x101],
    ['zstd', 0x201]
  ] as const)('compresses by %s when told, and every consumer reads it', async (compression, sysFlag) => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop', compression })
    const bodies = ['x'.repeat(5000), 'x'.repeat(100_000)]
    for (const body of bodies) await producer.send('orders', body, { queue: { brokerName: 'broker-a', queueId: 0 } })
    const stored = world.broker.messages('orders')
    expect(stored.map((message) => [message.sysFlag, message.body.length < 1000])).toEqual(bodies.map(() => [sysFlag, true]))
    const consumer = mq.pullConsumer({ group: 'billing', subscriptions: [{ topic: 'orders' }], from: 'first' })
    const read: string[] = []
    for await (const batch of consumer) {
      read.push(...batch.messages.map((message) => message.body.toString()))
      if (read.length === bodies.length) break
    }
    expect(read).toEqual(bodies)
  })

  it('refuses a compression that does not exist here, or a level that it does not have, when it is made', async () => {
    const mq = await world.connect()
    const make = (options: object) => () => mq.producer({ group: 'shop', ...options })
    expect(make({ compression: 'gzip' })).toThrow('compression must be one of zlib, lz4, zstd, not "gzip"')
    expect(make({ compressionLevel: 10 })).toThrow('compressionLevel must be a whole number from 1 to 9 for zlib')
    expect(make({ compressionLevel: 0 })).toThrow('compressionLevel')
    expect(make({ compression: 'zstd', compressionLevel: 23 })).toThrow('from 1 to 22 for zstd')
    expect(make({ compression: 'lz4', compressionLevel: 1 })).toThrow('lz4 has but one level')
    expect(make({ compression: 'zstd', compressionLevel: 22 })).not.toThrow()
  })

  it('refuses what no broker would take, before anything is sent', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop', maxMessageBytes: 10 })
    const cases: Array<Promise<unknown>> = [
      producer.send('orders', ''),
      producer.send('orders', 'x'.repeat(11)),
      producer.send('or ders', 'x'),
      producer.send('SCHEDULE_TOPIC_XXXX', 'x'),
      producer.send('orders', 'x', { tag: '' }),
      producer.send('orders', 'x', { tag: 'a||b' }),
      producer.send('orders', 'x', { keys: ['a b'] }),
      producer.send('orders', 'x', { delayLevel: 0 }),
      producer.send('orders', 'x', { properties: { KEYS: 'mine' } }),
      producer.send('orders', 'x', { properties: { a: 'b\u0001c' } }),
      producer.send('orders', 'x', { properties: { a: 'x'.repeat(40_000) } }),
      producer.send('orders', 'x', { shardingKey: 'k', queue: { brokerName: 'broker-a', queueId: 0 } }),
      producer.send('orders', 'x', { queue: { brokerName: 'broker-a', queueId: -1 } }),
      producer.send('orders', 'x', { tags: 'oops' } as object),
      producer.sendBatch('orders', []),
      producer.sendBatch('orders', [{ value: 'x', delayLevel: 1 } as { value: string }]),
      producer.sendBatch('orders', [{ value: '123456' }, { value: '123456' }])
    ]
    for (const one of cases) expect(await rejection(one)).toMatchObject({ code: 'MESSAGE_INVALID', sent: 'no', retriable: false })
    expect(world.brokers.flatMap((broker) => broker.messages('orders'))).toEqual([])
  })

  it('says which value could not be encoded', async () => {
    const mq = await world.connect()
    const circular: { id: string; self?: unknown } = { id: 'x' }
    circular.self = circular
    const error = await rejection(mq.producer({ group: 'shop' }).send(Orders, circular))
    expect(error).toMatchObject({ code: 'ENCODE_FAILED', sent: 'no', cause: { code: 'ENCODE_FAILED' } })
  })

  it('does not send what was aborted before, and does not know of what had left', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const early = AbortSignal.abort(new Error('too late'))
    expect(await rejection(producer.send('orders', 'x', { signal: early }))).toMatchObject({ code: 'SEND_ABORTED', sent: 'no' })
    await producer.send('orders', 'x')
    for (const link of world.network.links({ port: 10911 })) link.stall('to-client')
    const controller = new AbortController()
    const sending = rejection(producer.send('orders', 'x', { signal: controller.signal }))
    await world.clock.settle()
    controller.abort()
    expect(await sending).toMatchObject({ sent: 'unknown' })
  })

  it('takes one signal for any number of sends, without a warning', async () => {
    const warnings: Error[] = []
    const keep = (warning: Error): void => void warnings.push(warning)
    process.on('warning', keep)
    const producer = (await world.connect()).producer({ group: 'shop' })
    const { signal } = new AbortController()
    await Promise.all(Array.from({ length: 64 }, () => producer.send('orders', 'x', { signal })))
    await new Promise(setImmediate)
    process.off('warning', keep)
    expect(warnings).toEqual([])
  })

  it('hands a one-way message to the connection and hears nothing more', async () => {
    const mq = await world.connect()
    await mq.producer({ group: 'shop' }).sendOneway(Orders, { id: 'o-1' }, { tag: 't' })
    await world.clock.settle()
    expect(world.brokers.flatMap((broker) => broker.messages('orders'))).toHaveLength(1)
  })

  it('puts the sends of one turn into one write', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const queue = { brokerName: 'broker-a', queueId: 0 }
    await producer.send('orders', 'x', { queue })
    const writes = (): number => mq.health().connections.find(({ address }) => address === world.broker.address)?.counters?.writes ?? 0
    const before = writes()
    await Promise.all(Array.from({ length: 256 }, () => producer.send('orders', 'x', { queue })))
    expect(writes() - before).toBe(1)
  })

  it('waits at close for what is under way and takes no more', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    const sending = producer.send('orders', 'x')
    const closing = producer.close({ timeoutMs: 1000 })
    expect(await rejection(producer.send('orders', 'y'))).toMatchObject({ code: 'CLOSED', sent: 'no' })
    expect((await sending).status).toBe('SEND_OK')
    expect(await closing).toMatchObject({ isComplete: true, sends: 0 })
    expect(await producer.close()).toMatchObject({ isComplete: true })
  })

  it('says at close what was not answered', async () => {
    const mq = await world.connect()
    const producer = mq.producer({ group: 'shop' })
    await producer.send('orders', 'x')
    for (const link of world.network.links({ port: 10911 })) link.stall('to-client')
    const sending = rejection(producer.send('orders', 'y'))
    const closing = producer.close({ timeoutMs: 100 })
    await world.clock.advance(200)
    expect(await closing).toMatchObject({ isComplete: false, sends: 1 })
    await world.clock.advance(5000)
    expect(await sending).toMatchObject({ sent: 'unknown' })
  })
})
