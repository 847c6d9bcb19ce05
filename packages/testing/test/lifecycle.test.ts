import { describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { type Cluster, ClusterError, startCluster } from '../src/index'
import { billing, Orders } from './support'

describe('stopping and starting servers', () => {
  it('keeps what a broker stored, and its address', async () => {
    await using cluster = await startCluster({ topics: { orders: { queues: 1 } } })
    const mq = await cluster.connect()
    const producer = mq.producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.restartBroker()
    await cluster.drive(producer.send(Orders, { id: 'o-2', total: 2 }))
    expect((await cluster.messages(Orders)).map(({ value }) => value.id)).toEqual(['o-1', 'o-2'])
  })

  it('lets consumers go on where they were', async () => {
    await using cluster = await startCluster({ topics: { orders: { queues: 2 } } })
    const mq = await cluster.connect()
    const seen: string[] = []
    await mq.pushConsumer(billing, (m) => void seen.push(m.value.id)).ready
    const producer = mq.producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.expectDelivered('billing')
    await cluster.restartBroker('broker-a')
    await cluster.drive(producer.send(Orders, { id: 'o-2', total: 2 }))
    await cluster.expectDelivered('billing', undefined, { count: 2 })
    expect(new Set(seen)).toEqual(new Set(['o-1', 'o-2']))
  })

  it('makes clients go to the broker that is left', async () => {
    await using cluster = await startCluster({ brokers: 2, topics: { orders: { queues: 1 } } })
    const producer = (await cluster.connect()).producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.stopBroker('broker-a')
    const receipts = []
    for (let total = 0; total < 4; total++) receipts.push(await cluster.drive(producer.send(Orders, { id: 'o', total })))
    expect(receipts.map(({ queue }) => queue.brokerName)).toEqual(['broker-b', 'broker-b', 'broker-b', 'broker-b'])
  })

  it('does nothing to one that is stopped, or runs, already', async () => {
    await using cluster = await startCluster()
    await cluster.startBroker()
    await cluster.stopBroker()
    await cluster.stopBroker()
    await cluster.startBroker()
    await cluster.stopNameserver()
    await cluster.stopNameserver()
    await cluster.startNameserver()
    await cluster.startNameserver()
    expect((await cluster.connect()).health().isNameserverUp).toBe(true)
  })

  it('leaves clients their routes while the nameserver is away, and finds new topics when it is back', async () => {
    await using cluster = await startCluster({ topics: { orders: { queues: 1 } } })
    const mq = await cluster.connect()
    const producer = mq.producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    const address = cluster.nameservers
    await cluster.stopNameserver()
    expect((await producer.send(Orders, { id: 'o-2', total: 2 })).status).toBe('SEND_OK')
    await expect(cluster.connect()).rejects.toMatchObject({ code: 'NAMESERVER_UNREACHABLE' })
    await cluster.startNameserver()
    expect(cluster.nameservers).toBe(address)
    // Brokers register every 30 s.
    await cluster.advance(30_000)
    await cluster.createTopic('payments')
    expect((await cluster.drive(producer.send('payments', 'x'))).status).toBe('SEND_OK')
  })

  it('refuses topics and groups of a broker that is stopped', async () => {
    await using cluster = await startCluster()
    await cluster.stopBroker()
    await expect(cluster.createTopic('orders')).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
    await expect(cluster.createGroup('billing')).rejects.toMatchObject({ code: 'BROKER_STOPPED' })
  })
})

describe('a promise that needs time to pass', () => {
  it('is driven until it settles, and no further', async () => {
    await using cluster = await startCluster({ topics: { orders: { queues: 1 } } })
    const slept = new Promise<string>((resolve) => void cluster.clock.setTimeout(() => resolve('slept'), 1234))
    expect(await cluster.drive(slept)).toBe('slept')
    expect(cluster.clock.monotonic()).toBe(1234)
  })

  it('rejects as it does, while a send is tried in vain', async () => {
    await using cluster = await startCluster({ topics: { orders: { queues: 1 } } })
    const producer = (await cluster.connect()).producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.stopBroker()
    await expect(cluster.drive(producer.send(Orders, { id: 'o-2', total: 2 }))).rejects.toMatchObject({ sent: 'no' })
  })

  it.each([{ within: 5 }, { withinMs: Number.NaN }, { withinMs: -1 }, { withinMs: '5' }])('refuses the options %j', async (options) => {
    await using cluster = await startCluster()
    await expect(cluster.drive(Promise.resolve(), options as object)).rejects.toMatchObject({ code: 'OPTION_INVALID' })
  })

  it('is given up with a typed error when it does not settle', async () => {
    await using cluster = await startCluster()
    const never = cluster.drive(new Promise(() => {}), { withinMs: 5000 })
    await expect(never).rejects.toBeInstanceOf(ClusterError)
    await expect(never).rejects.toMatchObject({ code: 'NOT_SETTLED' })
    expect(cluster.clock.monotonic()).toBe(5000)
  })
})

describe('closing', () => {
  it('leaves no client that was just being connected', async () => {
    const cluster = await startCluster()
    const clock = cluster.clock as ManualClock
    const connecting = cluster.connect()
    const closing = cluster.close()
    await expect(connecting).rejects.toMatchObject({ code: 'CLUSTER_CLOSED' })
    await closing
    expect(clock.pendingTimers).toEqual([])
  })

  it('drives the clock itself when a handler does not end', async () => {
    const cluster = await startCluster({ topics: { orders: { queues: 1 } } })
    const mq = await cluster.connect()
    let isAborted = false
    const worker = mq.pushConsumer(billing, (_, { signal }) => {
      signal.addEventListener('abort', () => {
        isAborted = true
      })
      return new Promise(() => {})
    })
    await worker.ready
    await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
    await cluster.settle()
    await cluster.close()
    expect(isAborted).toBe(true)
    expect(mq.health().state).toBe('closed')
  })

  it('settles with every server stopped, and while a send is tried', async () => {
    const clock = new ManualClock()
    const cluster = await startCluster({ clock, brokers: 2, topics: { orders: { queues: 1 } } })
    const producer = (await cluster.connect()).producer({ group: 'shop' })
    await producer.send(Orders, { id: 'o-1', total: 1 })
    await cluster.stopNameserver()
    await cluster.stopBroker('broker-a')
    await cluster.stopBroker('broker-b')
    const sending = producer.send(Orders, { id: 'o-2', total: 2 }).catch((error: unknown) => error)
    await cluster.close()
    expect(await sending).toMatchObject({ sent: 'no' })
    expect(clock.pendingTimers).toEqual([])
  })

  it('ends whatever is stalled', async () => {
    const clock = new ManualClock()
    const cluster = await startCluster({ clock, topics: { orders: { queues: 1 } } })
    const mq = await cluster.connect()
    await mq.pushConsumer(billing, () => {}).ready
    cluster.faults.stall()
    await cluster.close()
    expect(clock.pendingTimers).toEqual([])
  })

  it('may be asked for twice, and before anything happened', async () => {
    const cluster = await startCluster()
    const first = cluster.close()
    expect(cluster.close()).toBe(first)
    await first
    await cluster.close()
  })

  it('happens by itself at the end of a block', async () => {
    const clock = new ManualClock()
    {
      await using cluster = await startCluster({ clock })
      await cluster.connect()
    }
    expect(clock.pendingTimers).toEqual([])
  })

  it('ends expectations that are under way', async () => {
    for (const clock of ['manual', 'real'] as const) {
      const cluster = await startCluster({ clock })
      const waiting = cluster.expectDelivered('billing', {}, { withinMs: 3_600_000 })
      const ended = expect(waiting).rejects.toMatchObject({ code: 'CLUSTER_CLOSED' })
      await cluster.close()
      await ended
    }
  })

  const calls: ReadonlyArray<[string, (cluster: Cluster) => unknown]> = [
    ['connect', (cluster) => cluster.connect()],
    ['connection', async (cluster) => cluster.connection()],
    ['advance', (cluster) => cluster.advance(1)],
    ['settle', (cluster) => cluster.settle()],
    ['drive', (cluster) => cluster.drive(Promise.resolve())],
    ['pendingTimers', async (cluster) => cluster.pendingTimers()],
    ['messages', (cluster) => cluster.messages('orders')],
    ['delayed', (cluster) => cluster.delayed('orders')],
    ['retries', (cluster) => cluster.retries('billing')],
    ['deadLetters', (cluster) => cluster.deadLetters('billing')],
    ['offsets', (cluster) => cluster.offsets('billing')],
    ['lag', (cluster) => cluster.lag('billing')],
    ['clients', async (cluster) => cluster.clients()],
    ['expectDelivered', (cluster) => cluster.expectDelivered('billing')],
    ['expectDeadLetter', (cluster) => cluster.expectDeadLetter('billing')],
    ['createTopic', (cluster) => cluster.createTopic('orders')],
    ['createGroup', (cluster) => cluster.createGroup('billing')],
    ['stopBroker', (cluster) => cluster.stopBroker()],
    ['startBroker', (cluster) => cluster.startBroker()],
    ['restartBroker', (cluster) => cluster.restartBroker()],
    ['stopNameserver', (cluster) => cluster.stopNameserver()],
    ['startNameserver', (cluster) => cluster.startNameserver()],
    ['restartNameserver', (cluster) => cluster.restartNameserver()]
  ]

  it.each(calls)('makes %s a typed error', async (_, call) => {
    const cluster = await startCluster()
    await cluster.close()
    await expect(call(cluster)).rejects.toMatchObject({ code: 'CLUSTER_CLOSED' })
  })
})
