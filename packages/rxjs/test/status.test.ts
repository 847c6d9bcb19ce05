import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import type { Client } from '@rocketmq-ts/client'
import { firstValueFrom, lastValueFrom, shareReplay, toArray } from 'rxjs'
import { type ClientStatus, status$ } from '../src/index'
import { Cluster, listenersOf } from './support'

describe('status$', () => {
  let cluster: Cluster
  let mq: Client
  beforeEach(async () => {
    cluster = await Cluster.start(1)
    mq = await cluster.connect()
  })
  afterEach(() => cluster.close())

  const text = ({ state, isNameserverUp, brokers }: ClientStatus): string =>
    [state, isNameserverUp ? 'ns up' : 'ns down', ...brokers.map((broker) => broker.state)].join(' ')

  function watch() {
    const told: string[] = []
    const subscription = status$(mq).subscribe({ next: (status) => told.push(text(status)), complete: () => told.push('complete') })
    return { told, subscription }
  }

  it('tells how the client is at once, and then each change once', async () => {
    const { told } = watch()
    expect(told).toEqual(['open ns up'])
    await cluster.send(mq, ['x'])
    await cluster.clock.advance(120_000)
    expect(told).toEqual(['open ns up', 'open ns up unknown', 'open ns up up'])
  })

  it('tells that a broker is lost and that it is back', async () => {
    await cluster.send(mq, ['x'])
    const { told } = watch()
    await cluster.restartBroker(20_000)
    await cluster.clock.advance(20_000)
    expect(told.slice(0, 3)).toEqual(['open ns up up', 'degraded ns up down', 'open ns up up'])
  })

  it('is open again when the last group is left while a broker is away: nobody knows any more whether it is', async () => {
    const producer = mq.producer({ group: 'senders' })
    const sent = producer.send('orders', 'x')
    await cluster.clock.settle()
    await sent
    const { told } = watch()
    await cluster.stopBroker()
    await cluster.clock.advance(20_000)
    expect(told).toEqual(['open ns up up', 'degraded ns up down'])
    await producer.close()
    expect(told).toEqual(['open ns up up', 'degraded ns up down', 'open ns up unknown'])
  })

  it('tells that no nameserver answers and that one does again', async () => {
    await cluster.send(mq, ['x'])
    const { told } = watch()
    const endRefusal = cluster.network.refuse({ host: '10.0.0.1', port: 9876 })
    for (const link of cluster.network.links({ port: 9876 })) link.cut()
    await cluster.clock.advance(60_000)
    expect(told).toEqual(['open ns up up', 'degraded ns down up'])
    endRefusal()
    await cluster.clock.advance(60_000)
    expect(told).toEqual(['open ns up up', 'degraded ns down up', 'open ns up up'])
  })

  it('tells that the client closes and has closed, and completes', async () => {
    const { told } = watch()
    const closing = mq.close({ timeoutMs: 1000 })
    await cluster.clock.advance(2000)
    await closing
    expect(told).toEqual(['open ns up', 'closing ns up', 'closed ns up', 'complete'])
    expect((await lastValueFrom(status$(mq).pipe(toArray()))).map(text)).toEqual(['closed ns up'])
  })

  it('can be shared: one listener, and the current value for who comes later', async () => {
    const listeners = listenersOf(mq)
    const shared = status$(mq).pipe(shareReplay({ bufferSize: 1, refCount: true }))
    const first = shared.subscribe()
    const alone = listeners()
    expect(alone).toBeGreaterThan(0)
    const second = shared.subscribe()
    await cluster.send(mq, ['x'])
    expect(text(await firstValueFrom(shared))).toBe('open ns up up')
    expect(listeners()).toBe(alone)
    first.unsubscribe()
    second.unsubscribe()
    expect(listeners()).toBe(0)
  })

  it('tells nothing after it is unsubscribed', async () => {
    const { told, subscription } = watch()
    subscription.unsubscribe()
    await cluster.send(mq, ['x'])
    expect(told).toEqual(['open ns up'])
  })
})
