import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, connect, type Producer } from '@rocketmq-ts/client'
import { type Cluster, RequestCode, ResponseCode, startCluster } from '../../src/index'
import { Orders } from './scene'

const { HEART_BEAT, PULL_MESSAGE, SEND_MESSAGE_V2 } = RequestCode

describe('on real sockets', () => {
  let cluster: Cluster
  let mq: Client
  let producer: Producer
  /** Gives up soon. */
  let hasty: Producer
  let handled: number[]

  beforeEach(async () => {
    cluster = await startCluster({ listen: true, topics: { orders: { queues: 2 } } })
    mq = await cluster.connect()
    producer = mq.producer({ group: 'shop' })
    hasty = mq.producer({ group: 'shop', sendTimeoutMs: 200 })
    handled = []
    const billing = mq.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], from: 'first' },
      ({ value }) => void handled.push(value.n)
    )
    await billing.ready
  })

  afterEach(() => cluster.close())

  it('a send whose request is lost fails as unknown, and the next one arrives', async () => {
    const drop = cluster.faults.dropRequest(SEND_MESSAGE_V2)
    await expect(hasty.send(Orders, { n: 1 })).rejects.toMatchObject({ sent: 'unknown' })
    await producer.send(Orders, { n: 2 })
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 1 })
    expect([handled, drop.hits]).toEqual([[2], 1])
  })

  it('a busy broker is asked again', async () => {
    const busy = cluster.faults.answerWith(SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY })
    await producer.send(Orders, { n: 1 })
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 1 })
    expect([handled, busy.hits]).toEqual([[1], 1])
  })

  it('connections that are cut are made again, and nothing is lost', async () => {
    await producer.send(Orders, { n: 1 })
    const cut = cluster.faults.cut({ server: 'broker-a', client: mq })
    expect(cut.hits).toBe(1)
    await producer.send(Orders, { n: 2 })
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 2 })
    expect(handled.sort()).toEqual([1, 2])
  })

  it('a connection that is half-open is replaced after two deadlines', async () => {
    const halfOpen = cluster.faults.halfOpen({ server: 'broker-a', client: mq })
    for (const n of [1, 2]) await expect(hasty.send(Orders, { n })).rejects.toMatchObject({ sent: 'unknown' })
    await producer.send(Orders, { n: 3 })
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 1 })
    expect([handled, halfOpen.hits]).toEqual([[3], 1])
  })

  it('what a stall held up arrives when it ends, and a delay only delays', async () => {
    const stall = cluster.faults.stall({ server: 'broker-a', direction: 'to-server' })
    const sending = producer.send(Orders, { n: 1 })
    await stall.struck
    stall.end()
    await sending
    const delay = cluster.faults.delay(20, { client: mq })
    const before = cluster.clock.monotonic()
    await producer.send(Orders, { n: 2 })
    expect(cluster.clock.monotonic() - before).toBeGreaterThanOrEqual(39)
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 2 })
    expect([handled.sort(), delay.hits > 1]).toEqual([[1, 2], true])
  })

  it('a client is refused while a fault says so', async () => {
    cluster.faults.refuse({ server: 'nameserver', client: 'late' })
    await expect(cluster.connect({ clientId: 'late' })).rejects.toMatchObject({ code: 'NAMESERVER_UNREACHABLE' })
    cluster.faults.endAll()
    await cluster.connect({ clientId: 'late' })
  })

  it('a client of another process is known by the id in its heartbeats, and refused by closing its connections', async () => {
    const stranger = await connect({ nameservers: cluster.nameservers, clientId: 'java-1' })
    const shop = stranger.producer({ group: 'elsewhere', retries: 0 })
    await shop.send(Orders, { n: 1 })
    const busy = cluster.faults.answerWith(SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY, client: 'java-1' })
    await producer.send(Orders, { n: 2 })
    await expect(shop.send(Orders, { n: 3 })).rejects.toMatchObject({ sent: 'no' })
    expect(busy.hits).toBe(1)
    const refusal = cluster.faults.refuse({ server: 'broker-a' })
    expect(cluster.faults.cut({ client: 'java-1' }).hits).toBe(1)
    await expect(shop.send(Orders, { n: 4 })).rejects.toMatchObject({ code: expect.stringContaining('SEND') })
    await refusal.struck
    await stranger.close({ timeoutMs: 0 })
  })

  it('pulls and heartbeats that are lost cost time and no message', async () => {
    const pulls = cluster.faults.answerWith(PULL_MESSAGE, { responseCode: ResponseCode.SYSTEM_BUSY, times: 3 })
    const beats = cluster.faults.dropAnswer(HEART_BEAT)
    const second = await cluster.connect()
    await second.producer({ group: 'shop-2' }).send(Orders, { n: 1 })
    await beats.struck
    await producer.send(Orders, { n: 2 })
    await cluster.expectDelivered('billing', { topic: Orders }, { count: 2 })
    await pulls.struck
    expect(handled.sort()).toEqual([1, 2])
  })
})
