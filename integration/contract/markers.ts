import type { Bench } from './bench'
import type { QueueName } from './history'
import { parcel } from './parcel'
import type { Sender } from './sender'

const ROUNDS = 2
let marks = 0

/**
 * Finds out who owns which queue by what a member cannot help showing: each queue gets a message, and whoever receives it reads
 * that queue. A second round, sent when the first has arrived everywhere, gives a second owner time to show itself, and
 * proves that every reader has moved past all that was sent before.
 */
export async function markOwners(
  bench: Bench,
  sender: Sender,
  { group, members, queues }: { readonly group: string; readonly members: readonly string[]; readonly queues: number }
): Promise<void> {
  marks += 1
  const prefix = `mark ${marks} `
  for (let round = 0; round < ROUNDS; round++) {
    const uids = Array.from({ length: queues }, (_, queueId) => `${prefix}round ${round} queue ${queueId}`)
    await Promise.all(uids.map((uid, queueId) => sender.send(parcel(uid), queueId)))
    await bench.eventually(() => {
      const missing = uids.filter((uid) => !bench.history.arrivedAt(group).has(uid))
      return missing.length === 0 ? undefined : `at ${group}: ${missing.join(', ')}`
    })
  }
  const queuesOf: Record<string, QueueName[]> = Object.fromEntries(members.map((member) => [member, []]))
  for (const { uid, member, queue, group: at } of bench.history.of('delivered')) {
    if (at !== group || !uid.startsWith(prefix)) continue
    const owned = queuesOf[member] ?? []
    queuesOf[member] = owned.includes(queue) ? owned : [...owned, queue]
  }
  bench.history.add({ type: 'owners', group, queuesOf })
}
