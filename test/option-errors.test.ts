import { describe, expect, it } from '@jest/globals'
import { Broker, type BrokerOptions } from '@rocketmq-ts/broker'
import { type Client, type ClientOptions, connect } from '@rocketmq-ts/client'
import { Nameserver } from '@rocketmq-ts/nameserver'
import { deliveries, type LagOptions, lag$, replay, settle } from '@rocketmq-ts/rxjs'
import { startServer } from '@rocketmq-ts/server'
import { MemoryMessageStore, type MemoryMessageStoreOptions } from '@rocketmq-ts/store'
import { startRocketMQ } from '@rocketmq-ts/testcontainers'
import { type FaultFilter, startCluster } from '@rocketmq-ts/testing'
import { firstValueFrom } from 'rxjs'

const unknown = { noSuchOption: 1 } as object
const client = {} as Client
const streamed = { group: 'billing', subscriptions: [{ topic: 'orders' }], ...unknown }

/** Everything that a user gives options to, from every package. */
const takers: ReadonlyArray<readonly [name: string, call: () => unknown]> = [
  ['connect()', () => connect({ nameservers: '127.0.0.1:9876', ...unknown } as ClientOptions)],
  ['deliveries()', () => firstValueFrom(deliveries(client, streamed))],
  ['replay()', () => firstValueFrom(replay(client, streamed))],
  ['lag$()', () => firstValueFrom(lag$(client, { group: 'billing', ...unknown } as LagOptions))],
  ['settle()', () => settle(() => undefined, unknown)],
  ['startServer()', () => startServer(unknown)],
  ['new Nameserver()', () => new Nameserver(unknown)],
  ['new Broker()', () => new Broker({ nameservers: [], ...unknown } as unknown as BrokerOptions)],
  [
    'new MemoryMessageStore()',
    () => new MemoryMessageStore({ now: Date.now, defer: queueMicrotask, maxBytes: 1 } as MemoryMessageStoreOptions)
  ],
  ['startCluster()', () => startCluster(unknown)],
  ['cluster.connect()', () => inCluster((cluster) => cluster.connect(unknown))],
  ['cluster.expectDelivered()', () => inCluster((cluster) => cluster.expectDelivered('billing', {}, unknown))],
  ['cluster.drive()', () => inCluster((cluster) => cluster.drive(Promise.resolve(), unknown))],
  ['cluster.faults', () => inCluster((cluster) => cluster.faults.cut(unknown as FaultFilter))],
  ['startRocketMQ()', () => startRocketMQ(unknown)]
]

async function inCluster(call: (cluster: Awaited<ReturnType<typeof startCluster>>) => unknown): Promise<unknown> {
  await using cluster = await startCluster()
  return await call(cluster)
}

describe('an option that cannot be', () => {
  it.each(takers)('is an error of one code, wherever it is given: %s', async (_, call) => {
    const result = (async () => call())()
    await expect(result).rejects.toMatchObject({ code: 'OPTION_INVALID', retriable: false })
  })
})
