import { createServer } from 'node:net'
import { describe, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { ManualClock, realClock } from 'net-ts-protocol-kit'
import { startCluster } from '../src/index'
import { billing, Orders } from './support'

describe('a cluster on real ports', () => {
  it('is reached by any client of this machine, and nobody else', async () => {
    await using cluster = await startCluster({ listen: true, brokers: 2, topics: { orders: { queues: 1 } } })
    expect(cluster.clock).toBe(realClock)
    expect(cluster.nameservers).toMatch(/^127\.0\.0\.1:\d+$/)
    await using mq = await connect({ nameservers: cluster.nameservers })
    const receipts = await Promise.all([1, 2].map((total) => mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total })))
    expect(receipts.map(({ status }) => status)).toEqual(['SEND_OK', 'SEND_OK'])
    expect(mq.health().connections.every(({ address }) => address.startsWith('127.0.0.1:'))).toBe(true)
  })

  it('tells at once what a consumer of it has settled', async () => {
    await using cluster = await startCluster({ listen: true, topics: { orders: { queues: 2 } } })
    const mq = await cluster.connect()
    await mq.pushConsumer(billing, () => {}).ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { keys: ['o-1'] })
    const [delivered] = await cluster.expectDelivered('billing', { topic: Orders })
    expect(delivered?.value).toEqual({ id: 'o-1', total: 1 })
    expect(cluster.clients().map(({ consumerGroups }) => consumerGroups)).toEqual([['billing']])
  })

  it('keeps its ports through restarts', async () => {
    await using cluster = await startCluster({ listen: true, topics: { orders: { queues: 1 } } })
    const address = cluster.nameservers
    const mq = await cluster.connect()
    const producer = mq.producer({ group: 'shop' })
    const before = await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.restartNameserver()
    await cluster.restartBroker()
    expect(cluster.nameservers).toBe(address)
    const after = await producer.send(Orders, { id: 'o-2', total: 2 })
    expect(after.queue).toEqual(before.queue)
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1', 'o-2'])
  })

  it('says so when someone took a port while its server was stopped, and still closes', async () => {
    await using cluster = await startCluster({ listen: true })
    const port = Number(cluster.nameservers.split(':')[1])
    await cluster.stopNameserver()
    const thief = createServer().listen(port, '127.0.0.1')
    await new Promise((resolve) => thief.once('listening', resolve))
    await expect(cluster.startNameserver()).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    await new Promise((resolve) => thief.close(resolve))
    await cluster.startNameserver()
    expect((await cluster.connect()).health().isNameserverUp).toBe(true)
  })

  it('can have its time driven by hand: brokers deliver delayed messages at once', async () => {
    await using cluster = await startCluster({ listen: true, clock: 'manual', topics: { orders: { queues: 1 } } })
    expect(cluster.clock).toBeInstanceOf(ManualClock)
    const mq = await cluster.connect()
    const worker = mq.pushConsumer(billing, () => {})
    await cluster.drive(worker.ready)
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 }, { delayLevel: 2 })
    expect(await cluster.delayed(Orders)).toHaveLength(1)
    await cluster.expectDelivered('billing', { topic: Orders })
    expect(await cluster.delayed(Orders)).toEqual([])
  })
})

describe('a cluster on the real clock', () => {
  it('has no time that could be driven', async () => {
    await using cluster = await startCluster({ clock: 'real' })
    const noDrive = { code: 'CLOCK_IS_REAL' }
    await expect(cluster.advance(1)).rejects.toMatchObject(noDrive)
    await expect(cluster.settle()).rejects.toMatchObject(noDrive)
    expect(() => cluster.pendingTimers()).toThrow(expect.objectContaining(noDrive))
  })

  it('waits for what takes time, and gives up in time', async () => {
    await using cluster = await startCluster({ clock: 'real', topics: { orders: { queues: 1 } } })
    const mq = await cluster.connect()
    await mq.pushConsumer(billing, () => {}).ready
    expect(await cluster.drive(Promise.resolve('settled'))).toBe('settled')
    await expect(cluster.drive(new Promise(() => {}), { withinMs: 10 })).rejects.toMatchObject({ code: 'NOT_SETTLED' })
    await expect(cluster.expectDelivered('billing', {}, { withinMs: 10 })).rejects.toThrow('was not met within 10 ms of real time')
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
    expect(await cluster.expectDelivered('billing')).toHaveLength(1)
  })
})
