import { describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '../../src/index'
import { Orders, Scene, WELL } from './scene'

const { GET_CONSUMER_LIST_BY_GROUP, HEART_BEAT, NOTIFY_CONSUMER_IDS_CHANGED, PULL_MESSAGE, QUERY_CONSUMER_OFFSET, UPDATE_CONSUMER_OFFSET } =
  RequestCode
const { PULL_OFFSET_MOVED, SUBSCRIPTION_NOT_LATEST, SYSTEM_BUSY, SYSTEM_ERROR } = ResponseCode
const ALL = Number.POSITIVE_INFINITY

const numbers = (from: number, count: number): number[] => Array.from({ length: count }, (_, at) => from + at)
const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b)

describe('a push consumer and a pull consumer', () => {
  it('ask again after the deadline of a pull whose answer was lost, and go on without a gap', async () => {
    const scene = await Scene.start()
    await scene.send(4)
    await scene.cluster.settle()
    const drop = scene.faults.dropAnswer(PULL_MESSAGE, { times: 4 })
    await scene.send(4)
    await scene.cluster.settle()
    expect(drop.hits).toBe(4)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 4), numbers(0, 4)])
    await scene.cluster.advance(29_000)
    expect(sorted(scene.pushed)).toEqual(numbers(0, 4))
    await scene.cluster.advance(2000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 8), numbers(0, 8)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('ask again after the deadline of a pull that was lost', async () => {
    const scene = await Scene.start()
    const drop = scene.faults.dropRequest(PULL_MESSAGE, { times: 4 })
    await scene.cluster.advance(20_000)
    expect(drop.hits).toBe(4)
    await scene.send(6)
    await scene.cluster.advance(31_000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('ask a busy broker again, more and more slowly', async () => {
    const scene = await Scene.start()
    const busy = scene.faults.answerWith(PULL_MESSAGE, { responseCode: SYSTEM_BUSY, times: ALL })
    await scene.send(6)
    await scene.cluster.advance(30_000)
    const asked = busy.hits
    expect(asked).toBeGreaterThan(10)
    expect(asked).toBeLessThan(200)
    expect(scene.pushConsumer.health().queues.every((queue) => !queue.isWorking)).toBe(true)
    busy.end()
    await scene.cluster.advance(3100)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('tell a broker of their subscription that says it does not know it, and go on', async () => {
    const scene = await Scene.start()
    scene.faults.answerWith(PULL_MESSAGE, { responseCode: SUBSCRIPTION_NOT_LATEST, times: 4 })
    await scene.send(4)
    await scene.cluster.advance(1000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 4), numbers(0, 4)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('find their connection gone by the reset, and lose nothing', async () => {
    const scene = await Scene.start()
    await scene.send(4)
    const cut = scene.faults.cut({ server: 'broker-a', client: scene.mq })
    expect(cut.hits).toBe(1)
    await scene.send(4)
    await scene.cluster.advance(5000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 8), numbers(0, 8)])
    expect(await scene.end()).toEqual(WELL)
  })

  it.each(['server', 'client'] as const)(
    'find by their deadlines that a connection is half-open whose %s is gone, and lose nothing',
    async (gone) => {
      const scene = await Scene.start()
      await scene.send(4)
      await scene.cluster.settle()
      const halfOpen = scene.faults.halfOpen({ server: 'broker-a', client: scene.mq, gone })
      await scene.send(4)
      await scene.cluster.advance(60_000)
      expect(halfOpen.isActive).toBe(true)
      expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 8), numbers(0, 8)])
      expect(await scene.end()).toEqual(WELL)
    }
  )

  it('wait behind a stall that is shorter than their deadlines, and go on where they stopped', async () => {
    const scene = await Scene.start()
    await scene.send(2)
    const stall = scene.faults.stall({ server: 'broker-a', client: scene.mq })
    await scene.send(4)
    await scene.cluster.advance(2000)
    expect([scene.pushed.length, scene.pulled.length]).toEqual([2, 2])
    stall.end()
    await scene.cluster.settle()
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(scene.mq.health().connections.every(({ state }) => state === 'open')).toBe(true)
    expect(await scene.end()).toEqual(WELL)
  })

  it('come through a stall that is longer than every deadline', async () => {
    const scene = await Scene.start()
    await scene.send(2)
    const stall = scene.faults.stall({ server: 'broker-a', client: scene.mq })
    await scene.send(4)
    await scene.cluster.advance(180_000)
    expect([scene.pushed.length, scene.pulled.length]).toEqual([2, 2])
    stall.end()
    await scene.cluster.advance(20_000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('are late and nothing worse behind a delay', async () => {
    const scene = await Scene.start()
    const delay = scene.faults.delay(300, { client: scene.mq })
    await scene.send(1)
    await scene.cluster.advance(299)
    expect([scene.pushed, scene.pulled]).toEqual([[], []])
    await scene.cluster.advance(1)
    expect([scene.pushed, scene.pulled]).toEqual([[0], [0]])
    await scene.send(5)
    await scene.cluster.advance(3000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(delay.hits).toBeGreaterThan(5)
    expect(await scene.end()).toEqual(WELL)
  })

  it('stay in their groups when a heartbeat is lost', async () => {
    const scene = await Scene.start()
    const changes: string[] = []
    scene.mq.events.on('brokerDown', () => void changes.push('down'))
    scene.mq.events.on('brokerUp', () => void changes.push('up'))
    const drop = scene.faults.dropRequest(HEART_BEAT, { client: scene.mq })
    await scene.cluster.advance(40_000)
    expect([drop.hits, changes]).toEqual([1, ['down', 'up']])
    await scene.send(4)
    await scene.cluster.settle()
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 4), numbers(0, 4)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('commit later what they could not commit, so that nothing comes twice to whoever follows them', async () => {
    const scene = await Scene.start()
    const drop = scene.faults.dropRequest(UPDATE_CONSUMER_OFFSET, { times: 4 })
    await scene.send(4)
    await scene.cluster.advance(60_000)
    expect(drop.hits).toBe(4)
    const follower = await scene.cluster.connect()
    const again: number[] = []
    await scene.cluster.drive(scene.pushConsumer.close())
    const next = follower.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void again.push(value.n)
    )
    await scene.cluster.drive(next.ready)
    await scene.cluster.advance(30_000)
    expect(again).toEqual([])
    expect(await scene.end()).toEqual(WELL)
  })

  it('begin where they should although the question for their offset was refused and then lost', async () => {
    const scene = await Scene.start()
    await scene.send(6)
    await scene.cluster.settle()
    scene.faults.answerWith(QUERY_CONSUMER_OFFSET, { responseCode: SYSTEM_ERROR })
    scene.faults.dropRequest(QUERY_CONSUMER_OFFSET, { nth: 2 })
    const late: number[] = []
    const reader = await scene.cluster.connect()
    const consumer = reader.pushConsumer(
      { group: 'audit', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void late.push(value.n)
    )
    await scene.cluster.drive(consumer.ready)
    await scene.cluster.advance(30_000)
    expect(sorted(late)).toEqual(numbers(0, 6))
    expect(await scene.end()).toEqual(WELL)
  })

  it('ask again when an answer lacks what it must have, and hand out nothing twice', async () => {
    const scene = await Scene.start()
    await scene.send(4)
    await scene.cluster.settle()
    scene.faults.answerWith(PULL_MESSAGE, { responseCode: PULL_OFFSET_MOVED, remark: 'but where to it does not say' })
    await scene.cluster.advance(16_000)
    await scene.send(4)
    await scene.cluster.advance(5000)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 8), numbers(0, 8)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('share their queues without being told that somebody joined, at the next rebalance', async () => {
    const scene = await Scene.start()
    await scene.cluster.advance(1000)
    const drop = scene.faults.dropRequest(NOTIFY_CONSUMER_IDS_CHANGED, { client: scene.mq, times: ALL })
    const second = await scene.cluster.connect()
    const seen: number[] = []
    const member = second.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void seen.push(value.n)
    )
    await scene.cluster.advance(1000)
    expect(drop.hits).toBeGreaterThan(0)
    expect(scene.pushConsumer.queues.length).toBe(2)
    await scene.cluster.advance(20_000)
    expect([scene.pushConsumer.queues.length, member.queues.length]).toEqual([1, 1])
    await scene.send(6)
    await scene.cluster.advance(10_000)
    expect(sorted([...scene.pushed, ...seen])).toEqual(numbers(0, 6))
    drop.end()
    scene.pushed.push(...seen)
    expect(await scene.end()).toEqual(WELL)
  })

  it('keep their queues while nobody says who the members of their group are', async () => {
    const scene = await Scene.start()
    const refused = scene.faults.answerWith(GET_CONSUMER_LIST_BY_GROUP, { responseCode: SYSTEM_ERROR, times: ALL })
    await scene.cluster.advance(60_000)
    expect(refused.hits).toBeGreaterThan(2)
    expect([scene.pushConsumer.queues.length, scene.pullConsumer.queues.length]).toEqual([2, 2])
    await scene.send(4)
    await scene.cluster.settle()
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 4), numbers(0, 4)])
    expect(await scene.end()).toEqual(WELL)
  })

  it('read on through a restart of their broker', async () => {
    const scene = await Scene.start()
    await scene.send(4)
    await scene.cluster.restartBroker()
    await scene.cluster.advance(5000)
    await scene.send(4)
    await scene.cluster.advance(20_000)
    expect([new Set(scene.pushed), new Set(scene.pulled)]).toEqual([new Set(numbers(0, 8)), new Set(numbers(0, 8))])
    expect(await scene.end()).toEqual(WELL)
  })

  it('read on while the nameserver is cut off, half-open and restarted', async () => {
    const scene = await Scene.start()
    scene.faults.halfOpen({ server: 'nameserver', client: scene.mq })
    await scene.send(2)
    await scene.cluster.advance(120_000)
    await scene.send(2)
    await scene.cluster.restartNameserver()
    await scene.cluster.advance(60_000)
    await scene.send(2)
    await scene.cluster.settle()
    expect(scene.mq.health().isNameserverUp).toBe(true)
    expect([sorted(scene.pushed), sorted(scene.pulled)]).toEqual([numbers(0, 6), numbers(0, 6)])
    expect(await scene.end()).toEqual(WELL)
  })
})
