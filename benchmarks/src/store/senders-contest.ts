import { join } from 'node:path'
import type { AppendRequest, DiskMessageStore, FlushMode } from '@rocketmq-ts/store'
import type { Contender, Contest } from './contest'
import { openedStore, turn } from './opened-store'
import type { StorePlan } from './plan'
import { sampleRequests } from './requests'

const KIB = 1024

/** Senders that wait for their message to be stored and then send the next, in either flush mode: the store alone, no network between. */
export async function sendersContest(folder: string, plan: StorePlan): Promise<Contest> {
  const requests = sampleRequests(KIB, 4096)
  const stores = new Map<FlushMode, DiskMessageStore>()
  for (const flush of ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const) stores.set(flush, await openedStore(join(folder, flush), { flush }))
  const contender = (flush: FlushMode, senders: number): Contender => ({
    id: `${flush}-${senders}`,
    title: `${flush}, ${senders} senders that wait`,
    run: () => send(stores.get(flush) as DiskMessageStore, requests, senders, plan.senderSeconds)
  })
  return {
    id: 'senders',
    title: 'waiting senders of 1 KiB, the store alone',
    unit: 'messages/s',
    contenders: [256, 1000].flatMap((senders) => [contender('ASYNC_FLUSH', senders), contender('SYNC_FLUSH', senders)]),
    comparisons: [256, 1000].map((senders) => ({
      what: `SYNC ÷ ASYNC, ${senders} senders, the store alone`,
      ours: `SYNC_FLUSH-${senders}`,
      other: `ASYNC_FLUSH-${senders}`
    })),
    close: async () => {
      for (const store of stores.values()) await store.close()
    }
  }
}

async function send(store: DiskMessageStore, requests: readonly AppendRequest[], senders: number, seconds: number): Promise<number> {
  let [ready, waiting, stored, next] = [senders, 0, 0, 0]
  const begun = performance.now()
  const deadline = begun + seconds * 1000
  const woken = (status: string): void => {
    if (status !== 'COMMITTED') throw new Error(`a message was not stored: ${status}`)
    ready++
    waiting--
    stored++
  }
  // Each sender at least once, however slow the disk.
  while (performance.now() < deadline || stored < senders) {
    for (; ready > 0; ready--, waiting++) {
      store.append(requests[next++ % requests.length] as AppendRequest)
      store.whenCommitted(woken)
    }
    store.commit()
    await turn()
  }
  const rate = stored / ((performance.now() - begun) / 1000)
  while (waiting > 0) await turn()
  return rate
}
