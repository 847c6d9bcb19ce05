import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ResponseCode, SystemTopic } from '@rocketmq-ts/remoting/wire'
import { StoreError } from '@rocketmq-ts/store'
import { TestBroker } from './support/cluster'

const OFFICIAL_SECONDS = [1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200]

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 4 })
})
afterEach(() => test.close())

const arrived = (queueId = 0): number => test.store.maxOffset('orders', queueId)

describe('a delayed message', () => {
  it.each(OFFICIAL_SECONDS.map((seconds, at) => [at + 1, seconds]))(
    'of level %d arrives after %d s and not before',
    async (level, seconds) => {
      expect((await test.client.send('orders', 'x', { DELAY: String(level) })).code).toBe(ResponseCode.SUCCESS)
      await test.clock.advance(seconds * 1000 - 1)
      expect(arrived()).toBe(0)
      await test.clock.advance(1)
      expect(arrived()).toBe(1)
    }
  )

  it.each([19, 2 ** 31 - 1])('of a level above the highest (%d) counts as the highest', async (level) => {
    await test.client.send('orders', 'x', { DELAY: String(level) })
    await test.clock.advance(7_199_999)
    expect(arrived()).toBe(0)
    await test.clock.advance(1)
    expect(arrived()).toBe(1)
  })

  it.each([0, -1, -100])('of level %d is not delayed', async (level) => {
    await test.client.send('orders', 'x', { DELAY: String(level) })
    expect(arrived()).toBe(1)
  })

  it('waits in SCHEDULE_TOPIC_XXXX as an official broker stores it', async () => {
    const answer = await test.client.send('orders', 'x', { DELAY: '3', TAGS: 'created' }, { queueId: 2 })
    expect(answer.header).toMatchObject({ queueId: 2, queueOffset: 0 })
    const [record] = await test.client.read(SystemTopic.SCHEDULE, 2)
    expect(record).toMatchObject({ topic: SystemTopic.SCHEDULE, queueId: 2 })
    expect(record?.properties.get('REAL_TOPIC')).toBe('orders')
    expect(record?.properties.get('REAL_QID')).toBe('2')
    const codes: number[] = []
    test.store.read({
      topic: SystemTopic.SCHEDULE,
      queueId: 2,
      queueOffset: 0,
      maxCount: 1,
      maxBytes: 1,
      matches: (code) => codes.push(code) > 0
    })
    expect(codes).toEqual([test.clock.now() + 10_000])
  })

  it('keeps its properties, born host and flags, and can be filtered by its tag again', async () => {
    await test.client.send('orders', 'x', { DELAY: '1', TAGS: 'created', mine: '1' }, { flag: 9, queueId: 3 })
    await test.clock.advance(1000)
    const answer = await test.client.pull('orders', { queueId: 3, subscription: 'created' })
    expect(answer.code).toBe(ResponseCode.SUCCESS)
    const [record] = await test.client.read('orders', 3)
    expect(record).toMatchObject({ flag: 9, bornHost: '127.0.0.1', bornTimestamp: 1_700_000_000_000 })
    expect(Object.fromEntries(record?.properties ?? [])).toMatchObject({
      DELAY: '1',
      TAGS: 'created',
      mine: '1',
      REAL_TOPIC: 'orders',
      REAL_QID: '3'
    })
  })

  it('takes its place from the broker, not from the client', async () => {
    await test.client.send('orders', 'x', { DELAY: '1', REAL_TOPIC: SystemTopic.TRANS_HALF, REAL_QID: '77' })
    await test.clock.advance(1000)
    expect(arrived()).toBe(1)
    expect(test.store.maxOffset(SystemTopic.TRANS_HALF, 77)).toBe(0)
  })

  it('arrives in the order of sending, each after its own delay', async () => {
    const bodies = ['a', 'b', 'c', 'd']
    for (const body of bodies) {
      await test.client.send('orders', body, { DELAY: '1' })
      await test.clock.advance(400)
    }
    await test.clock.advance(1000)
    expect((await test.client.read('orders')).map((record) => record.body.toString())).toEqual(bodies)
  })

  it('does not hold up other levels', async () => {
    await test.client.send('orders', 'slow', { DELAY: '18' })
    await test.client.send('orders', 'quick', { DELAY: '1' })
    await test.clock.advance(1000)
    expect((await test.client.read('orders')).map((record) => record.body.toString())).toEqual(['quick'])
  })

  it('arrives also when a thousand are due together', async () => {
    for (let i = 0; i < 1000; i += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, at) => test.client.send('orders', String(i + at), { DELAY: '2' })))
    }
    await test.clock.advance(5000)
    expect(arrived()).toBe(1000)
    const bodies = new Set<string>()
    for (let at = 0; at < 1000; at += 32) for (const record of await test.client.read('orders', 0, at)) bodies.add(record.body.toString())
    expect(bodies.size).toBe(1000)
  })

  it('is neither early nor late when the wall clock steps', async () => {
    await test.client.send('orders', 'x', { DELAY: '5' })
    test.clock.stepWallClock(86_400_000)
    await test.clock.advance(59_999)
    expect(arrived()).toBe(0)
    test.clock.stepWallClock(-2 * 86_400_000)
    await test.clock.advance(1)
    expect(arrived()).toBe(1)
  })

  it('wakes a pull that waits for it', async () => {
    const held = test.client.pull('orders', { sysFlag: 6, suspendTimeoutMillis: 20_000 })
    await test.newClient().send('orders', 'x', { DELAY: '1' })
    await test.clock.advance(1000)
    expect((await held).code).toBe(ResponseCode.SUCCESS)
  })

  it('waits as long as the table of the broker says', async () => {
    const other = await TestBroker.start({ delayLevels: '2s 1m' })
    await other.broker.createTopic('orders', { queues: 1 })
    await other.client.send('orders', 'x', { DELAY: '1' })
    await other.client.send('orders', 'x', { DELAY: '18' })
    await other.clock.advance(2000)
    expect(other.store.maxOffset('orders', 0)).toBe(1)
    await other.clock.advance(58_000)
    expect(other.store.maxOffset('orders', 0)).toBe(2)
    await other.close()
  })

  it('is tried again when the store takes nothing, and never delivered twice', async () => {
    await test.client.send('orders', 'a', { DELAY: '1' })
    await test.client.send('orders', 'b', { DELAY: '1' })
    const append = test.store.append.bind(test.store)
    let refusals = 2
    test.store.append = (request) => {
      if (request.body.toString() === 'b' && refusals-- > 0) throw new StoreError('STORE_NOT_WRITABLE', 'full')
      return append(request)
    }
    await test.clock.advance(1000)
    expect(arrived()).toBe(1)
    await test.clock.advance(10_000)
    expect((await test.client.read('orders')).map((record) => record.body.toString())).toEqual(['a', 'b'])
  })
})

describe('delayed messages over a restart', () => {
  it('arrive on time: the time without a broker counts', async () => {
    await test.client.send('orders', 'x', { DELAY: '5' })
    await test.clock.advance(20_000)
    await test.restart()
    await test.clock.advance(39_999)
    expect(arrived()).toBe(0)
    await test.clock.advance(1)
    expect(arrived()).toBe(1)
  })

  it('arrive at once when they are overdue, and once', async () => {
    await test.client.send('orders', 'x', { DELAY: '1' })
    await test.broker.close()
    await test.clock.advance(60_000)
    await test.restart()
    await test.clock.settle()
    expect(arrived()).toBe(1)
    await test.restart()
    await test.clock.advance(60_000)
    expect(arrived()).toBe(1)
  })

  it('wait no longer than their level when the clock was set back', async () => {
    await test.client.send('orders', 'x', { DELAY: '1' })
    await test.broker.close()
    test.clock.stepWallClock(-86_400_000)
    await test.restart()
    await test.clock.advance(1000)
    expect(arrived()).toBe(1)
  })
})
