import { describe, expect, it } from '@jest/globals'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type ClusterOptions, startCluster } from '../src/index'
import { billing, Orders } from './support'

const CLUSTERS = 100

/** How many things of each kind keep the process alive. */
const resources = (): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1)
  return counts
}

/** Kinds that have grown. The test framework has a few timers and pipes of its own that come and go; a leak shows a hundred times. */
const grown = (before: Map<string, number>): string[] =>
  [...resources()].filter(([kind, count]) => count > (before.get(kind) ?? 0) + 2).map(([kind, count]) => `${count} ${kind}`)

/** Sockets say that they are closed some turns before the process forgets them. */
async function leaked(before: Map<string, number>): Promise<string[]> {
  for (let turn = 0; turn < 1000 && grown(before).length > 0; turn++) await new Promise((resolve) => setImmediate(resolve))
  return grown(before)
}

async function useOnce(options: ClusterOptions): Promise<void> {
  const cluster = await startCluster({ topics: { orders: { queues: 2 } }, ...options })
  const mq = await cluster.connect()
  mq.pushConsumer(billing, () => {})
  const { status } = await mq.producer({ group: 'shop' }).send(Orders, { id: 'o-1', total: 1 })
  expect(status).toBe('SEND_OK')
  if (options.listen !== true) await cluster.expectDelivered('billing')
  await cluster.close()
}

describe('a hundred clusters, one after the other', () => {
  it('in memory leave no timer, no connection and no handle', async () => {
    await useOnce({})
    const before = resources()
    for (let n = 0; n < CLUSTERS; n++) {
      const clock = new ManualClock({ seed: n })
      await useOnce({ clock })
      expect(clock.pendingTimers).toEqual([])
    }
    expect(await leaked(before)).toEqual([])
  })

  it('on real ports leave no handle', async () => {
    await useOnce({ listen: true })
    const before = resources()
    for (let n = 0; n < CLUSTERS; n++) await useOnce({ listen: true })
    expect(await leaked(before)).toEqual([])
  })
})

describe('a hundred clusters at a time', () => {
  it('do not see one another', async () => {
    const before = resources()
    await Promise.all(Array.from({ length: CLUSTERS }, () => useOnce({})))
    expect(await leaked(before)).toEqual([])
  })
})

describe('the in-memory network of a closed cluster', () => {
  it('has no connection left', async () => {
    const networks: MemoryNetwork[] = []
    const at = MemoryNetwork.prototype.at
    MemoryNetwork.prototype.at = function (address) {
      networks.push(this)
      return at.call(this, address)
    }
    try {
      await useOnce({})
    } finally {
      MemoryNetwork.prototype.at = at
    }
    expect(networks.length).toBeGreaterThan(0)
    expect(networks.flatMap((network) => network.links())).toEqual([])
  })
})
