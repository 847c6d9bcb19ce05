import { describe, expect, it } from '@jest/globals'
import { RequestCode, ResponseCode } from '../../src/index'
import { Orders, Scene, WELL } from './scene'

const { REGISTER_BROKER } = RequestCode

describe('a broker', () => {
  it('registers again when its connection to the nameserver is cut', async () => {
    const scene = await Scene.start()
    const cut = scene.faults.cut({ server: 'nameserver', client: 'broker-a' })
    expect(cut.hits).toBe(1)
    await scene.cluster.advance(31_000)
    await scene.send(3)
    const late = await scene.cluster.connect()
    await scene.cluster.drive(late.producer({ group: 'late' }).send(Orders, { n: 88 }))
    expect(await scene.stored()).toContain(88)
    expect(await scene.end()).toEqual(WELL)
  })

  it('registers with the next round when a registration is lost or refused, so that its routes stay', async () => {
    const scene = await Scene.start()
    const drop = scene.faults.dropRequest(REGISTER_BROKER, { client: 'broker-a' })
    const refused = scene.faults.answerWith(REGISTER_BROKER, { responseCode: ResponseCode.SYSTEM_ERROR, nth: 2 })
    await scene.cluster.advance(100_000)
    expect([drop.hits, refused.hits]).toEqual([1, 1])
    await scene.send(3)
    expect(await scene.end()).toEqual(WELL)
  })

  it('is forgotten by a nameserver that hears nothing of it, while clients stay with it, and is found again afterwards', async () => {
    const scene = await Scene.start({ brokers: 2 })
    const silent = scene.faults.stall({ server: 'nameserver', client: 'broker-b' })
    await scene.cluster.advance(200_000)
    const during = await scene.send(4)
    expect(new Set(during.map((one) => ('receipt' in one ? one.receipt.queue.brokerName : '')))).toEqual(new Set(['broker-a']))
    silent.end()
    await scene.cluster.advance(90_000)
    const after = await scene.send(4)
    expect(new Set(after.map((one) => ('receipt' in one ? one.receipt.queue.brokerName : '')))).toEqual(new Set(['broker-a', 'broker-b']))
    expect(await scene.end()).toMatchObject({ lost: [] })
  })

  it('drops members that vanished without a word, so that the others take their queues', async () => {
    const scene = await Scene.start()
    const ghost = await scene.cluster.connect()
    const member = ghost.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void scene.pushed.push(value.n)
    )
    await scene.cluster.drive(member.ready)
    await scene.cluster.advance(2000)
    expect(scene.pushConsumer.queues.length).toBe(1)
    scene.faults.halfOpen({ client: ghost, gone: 'client' })
    const refusal = scene.faults.refuse({ client: ghost })
    await scene.send(6)
    await scene.cluster.advance(180_000)
    expect(scene.pushConsumer.queues.length).toBe(2)
    refusal.end()
    expect((await scene.end()).lost).toEqual([])
  })

  it('is asked for nothing while everybody is refused, and serves everybody afterwards', async () => {
    const scene = await Scene.start()
    await scene.send(2)
    const refusal = scene.faults.refuse({ server: 'broker-a' })
    scene.faults.cut({ server: 'broker-a' })
    await scene.cluster.advance(120_000)
    expect(refusal.hits).toBeGreaterThan(5)
    refusal.end()
    await scene.cluster.advance(10_000)
    await scene.send(2)
    await scene.cluster.advance(10_000)
    expect([scene.pushed.length, scene.pulled.length]).toEqual([4, 4])
    expect(await scene.end()).toEqual(WELL)
  })
})

describe('a nameserver', () => {
  it('serves routes within 30 seconds of its restart, while its answers are lost at first', async () => {
    const scene = await Scene.start()
    await scene.cluster.restartNameserver()
    scene.faults.dropAnswer(RequestCode.GET_ROUTEINFO_BY_TOPIC, { times: 2 })
    const refused = scene.faults.answerWith(REGISTER_BROKER, { responseCode: ResponseCode.SYSTEM_ERROR, times: 1 })
    await scene.cluster.advance(60_000)
    expect(refused.hits).toBe(1)
    const late = await scene.cluster.connect()
    await scene.cluster.drive(late.producer({ group: 'late' }).send(Orders, { n: 77 }))
    expect(await scene.stored()).toContain(77)
    expect((await scene.end()).lost).toEqual([])
  })
})
