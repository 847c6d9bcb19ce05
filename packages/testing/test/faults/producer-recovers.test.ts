import { describe, expect, it } from '@jest/globals'
import { NotSentError, SendUnknownError } from '@rocketmq-ts/client'
import { RequestCode, ResponseCode } from '../../src/index'
import { Orders, Scene, WELL } from './scene'

const { GET_ROUTEINFO_BY_TOPIC, SEND_MESSAGE_V2 } = RequestCode
const { SYSTEM_BUSY, TOPIC_NOT_EXIST, MESSAGE_ILLEGAL } = ResponseCode

describe('a producer', () => {
  it('does not know what became of a send whose request was lost; it was not stored, and the next one is', async () => {
    const scene = await Scene.start()
    await scene.send(3)
    const drop = scene.faults.dropRequest(SEND_MESSAGE_V2)
    const error = await scene.sendInVain()
    expect(error).toBeInstanceOf(SendUnknownError)
    expect(drop.hits).toBe(1)
    await scene.send(3)
    expect(await scene.stored()).toEqual([0, 1, 2, 4, 5, 6])
    expect(await scene.end()).toEqual(WELL)
  })

  it('does not know what became of a send whose answer was lost; it was stored once', async () => {
    const scene = await Scene.start()
    scene.faults.dropAnswer(SEND_MESSAGE_V2)
    expect(await scene.sendInVain()).toBeInstanceOf(SendUnknownError)
    await scene.send(2)
    expect(await scene.stored()).toEqual([0, 1, 2])
    expect(await scene.end()).toEqual(WELL)
  })

  it('sends again to another broker when one is busy, and goes round it', async () => {
    const scene = await Scene.start({ brokers: 2 })
    const busy = scene.faults.answerWith(SEND_MESSAGE_V2, {
      responseCode: SYSTEM_BUSY,
      server: 'broker-a',
      times: Number.POSITIVE_INFINITY
    })
    const sent = await scene.send(8)
    expect(sent.map((one) => ('receipt' in one ? one.receipt.queue.brokerName : one.error.code))).toEqual(Array(8).fill('broker-b'))
    expect(busy.hits).toBe(1)
    busy.end()
    await scene.cluster.advance(10_000)
    const later = await scene.send(8)
    expect(later.filter((one) => 'receipt' in one && one.receipt.queue.brokerName === 'broker-a').length).toBe(4)
    expect((await scene.stored()).length).toBe(16)
    expect(await scene.end()).toEqual(WELL)
  })

  it('sends again to the only broker after a pause when it is busy twice', async () => {
    const scene = await Scene.start()
    scene.faults.answerWith(SEND_MESSAGE_V2, { responseCode: SYSTEM_BUSY, times: 2 })
    await scene.send()
    expect([scene.acknowledged, await scene.stored()]).toEqual([[0], [0]])
    expect(await scene.end()).toEqual(WELL)
  })

  it('gives up after its retries with what each attempt was answered, knowing that nothing was sent', async () => {
    const scene = await Scene.start()
    scene.faults.answerWith(SEND_MESSAGE_V2, { responseCode: TOPIC_NOT_EXIST, remark: 'gone', times: 3 })
    const error = await scene.sendInVain()
    expect(error).toBeInstanceOf(NotSentError)
    expect(error.attempts.map((attempt) => attempt.error)).toEqual(
      Array(3).fill(expect.objectContaining({ responseCode: TOPIC_NOT_EXIST, remark: 'gone' }))
    )
    await scene.send()
    expect(await scene.stored()).toEqual([1])
    expect(await scene.end()).toEqual(WELL)
  })

  it('does not try again what is refused for good', async () => {
    const scene = await Scene.start()
    const illegal = scene.faults.answerWith(SEND_MESSAGE_V2, { responseCode: MESSAGE_ILLEGAL, times: Number.POSITIVE_INFINITY })
    const error = await scene.sendInVain()
    expect([error.sent, error.attempts.length, illegal.hits]).toEqual(['no', 1, 1])
    illegal.end()
    await scene.send()
    expect(await scene.end()).toEqual(WELL)
  })

  it('sends again when the connection is cut before the answer, which may store a message twice', async () => {
    const scene = await Scene.start()
    const drop = scene.faults.dropAnswer(SEND_MESSAGE_V2)
    const sending = scene.send()
    await drop.struck
    scene.faults.cut({ server: 'broker-a', client: scene.shop })
    await sending
    expect([scene.acknowledged, await scene.stored()]).toEqual([[0], [0, 0]])
    expect(await scene.end()).toEqual({ ...WELL, twice: [0, 0] })
  })

  it('does not send an ordered message again when its outcome is unknown', async () => {
    const scene = await Scene.start()
    const drop = scene.faults.dropAnswer(SEND_MESSAGE_V2)
    const sending = scene.producer.send(Orders, { n: 77 }, { shardingKey: 'customer-7' })
    await drop.struck
    scene.faults.cut({ server: 'broker-a', client: scene.shop })
    await expect(scene.cluster.drive(sending)).rejects.toMatchObject({ sent: 'unknown', attempts: [expect.anything()] })
    expect(await scene.stored()).toEqual([77])
    expect(await scene.end()).toEqual(WELL)
  })

  it('is late and nothing worse behind a delay', async () => {
    const scene = await Scene.start()
    const delay = scene.faults.delay(400, { server: 'broker-a' })
    const before = scene.cluster.clock.monotonic()
    const [sent] = await scene.send()
    expect(scene.cluster.clock.monotonic() - before).toBe(800)
    expect(sent).toMatchObject({ receipt: { status: 'SEND_OK' } })
    expect(delay.hits).toBeGreaterThan(1)
    expect(await scene.end()).toEqual(WELL)
  })

  it('waits while a connection stalls, and goes on when it moves again', async () => {
    const scene = await Scene.start()
    const stall = scene.faults.stall({ server: 'broker-a', direction: 'to-client' })
    const sending = Promise.all([scene.send(), scene.send(), scene.send()])
    await scene.cluster.settle()
    expect(await scene.stored()).toEqual([0, 1, 2])
    expect(scene.acknowledged).toEqual([])
    stall.end()
    await sending
    expect(scene.acknowledged).toEqual([0, 1, 2])
    expect(await scene.end()).toEqual(WELL)
  })

  it('replaces a connection whose broker is silent after two deadlines, and then sends as before', async () => {
    const scene = await Scene.start()
    await scene.send(2)
    const halfOpen = scene.faults.halfOpen({ server: 'broker-a', client: scene.shop })
    const failed = await scene.send(2)
    expect(failed.map((one) => ('error' in one ? one.error.sent : 'acknowledged'))).toEqual(['unknown', 'unknown'])
    const sent = await scene.send(2)
    expect(sent.every((one) => 'receipt' in one)).toBe(true)
    expect(halfOpen.isActive).toBe(true)
    expect(await scene.stored()).toEqual([0, 1, 4, 5])
    expect(await scene.end()).toEqual(WELL)
  })

  it('knows that nothing was sent while its broker refuses connections', async () => {
    const scene = await Scene.start()
    await scene.send()
    const refusal = scene.faults.refuse({ server: 'broker-a' })
    scene.faults.cut({ server: 'broker-a' })
    await scene.cluster.settle()
    const error = await scene.sendInVain()
    expect(error).toBeInstanceOf(NotSentError)
    refusal.end()
    await scene.cluster.advance(5000)
    await scene.send()
    expect(await scene.stored()).toEqual([0, 2])
    expect(await scene.end()).toEqual(WELL)
  })

  it('goes on with the routes it knows while nobody reaches the nameserver, and finds new topics afterwards', async () => {
    const scene = await Scene.start()
    await scene.send()
    const refusal = scene.faults.refuse({ server: 'nameserver', client: scene.shop })
    scene.faults.cut({ server: 'nameserver', client: scene.shop })
    await scene.cluster.advance(90_000)
    expect(scene.shop.health().isNameserverUp).toBe(false)
    await scene.send(3)
    await scene.cluster.createTopic('invoices')
    await expect(scene.cluster.drive(scene.producer.send('invoices', 'i-1'))).rejects.toMatchObject({ sent: 'no' })
    refusal.end()
    await scene.cluster.advance(30_000)
    expect(scene.shop.health().isNameserverUp).toBe(true)
    await scene.cluster.drive(scene.producer.send('invoices', 'i-2'))
    expect(await scene.end()).toEqual(WELL)
  })

  it('keeps its routes when the nameserver is cut off in the middle of a refresh, and learns of new queues with the next one', async () => {
    const scene = await Scene.start({ brokers: 2 })
    await scene.send()
    await scene.cluster.createTopic('orders', { queues: 4 })
    const lost = scene.faults.dropAnswer(GET_ROUTEINFO_BY_TOPIC, { client: scene.shop })
    await scene.cluster.advance(30_000)
    expect(lost.hits).toBe(1)
    scene.faults.cut({ server: 'nameserver', client: scene.shop })
    await scene.send(4)
    await scene.cluster.advance(60_000)
    const sent = await scene.send(8)
    const queues = new Set(
      sent.map((one) => ('receipt' in one ? `${one.receipt.queue.brokerName} ${one.receipt.queue.queueId}` : one.error.code))
    )
    expect(queues.size).toBe(8)
    expect(await scene.end()).toMatchObject({ lost: [], gaps: [] })
  })

  it('finds a route whose first answer was lost', async () => {
    const scene = await Scene.start()
    await scene.cluster.createTopic('invoices')
    const drop = scene.faults.dropAnswer(GET_ROUTEINFO_BY_TOPIC, { client: scene.shop })
    await expect(scene.cluster.drive(scene.producer.send('invoices', 'i-1'))).rejects.toMatchObject({ sent: 'no' })
    await scene.cluster.drive(scene.producer.send('invoices', 'i-2'))
    expect(drop.hits).toBe(1)
    expect(await scene.end()).toEqual(WELL)
  })

  it('sends again as soon as a stopped broker is back', async () => {
    const scene = await Scene.start()
    await scene.send(2)
    await scene.cluster.stopBroker()
    expect((await scene.sendInVain()).sent).toBe('no')
    await scene.cluster.startBroker()
    await scene.cluster.advance(5000)
    await scene.send(2)
    expect(await scene.stored()).toEqual([0, 1, 3, 4])
    expect(await scene.end()).toEqual(WELL)
  })
})
