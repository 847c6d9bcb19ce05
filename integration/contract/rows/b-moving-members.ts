import type { Bench } from '../bench'
import { beginsWhereCommitted, check, onlyOnce, ownsEachOnce, reaches } from '../checker'
import { duplicatesByCause } from '../duplicates'
import { pause } from '../eventually'
import { queueName } from '../group-watch'
import { markOwners } from '../markers'
import { Member, sharesMissing, watchMoves } from '../member'
import { parcel } from '../parcel'
import type { Finding, Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 8
/** Messages that must arrive between one change of members and the next. */
const BETWEEN_CHANGES = 400
/** A handler takes this long, so that messages are under way whenever a queue moves. */
const HANDLING_MS = 5

/** The group grows and shrinks while messages keep coming. */
export const movingMembers: Row = {
  letter: 'b',
  title:
    'a group of 1, 2, 3 and again 1 members loses nothing under load, each queue has one owner, and only unsettled messages come twice',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const group = bench.name('movers')
    watchMoves(bench, group, topic)
    const sender = await Sender.start(bench, topic)
    const load = startLoad(sender)
    bench.owns(load.stop)
    const join = (member: string): Promise<Member> =>
      Member.join(bench, { group, topic, member, concurrency: 8, handle: () => pause(HANDLING_MS).then(() => undefined) })
    const settle = (members: readonly Member[]): Promise<void> => settleOn(bench, { group, sender, members })

    const first = await join('first')
    await settle([first])
    const second = await join('second')
    await settle([first, second])
    const third = await join('third')
    await settle([first, second, third])
    await Promise.all([first.leave(), third.leave()])
    await settle([second])

    const sent = await load.stop()
    await bench.eventually(() => arrivalsMissing(bench, group))
    return judge(bench, group, topic, sent)
  }
}

function judge({ history }: Bench, group: string, topic: string, sent: number): Finding {
  const names = Array.from({ length: QUEUES }, (_, queueId) => queueName(topic, queueId))
  const causes = duplicatesByCause(history, group)
  return {
    anomalies: check(
      history,
      reaches(group),
      onlyOnce(group, 'unsettled-at-move'),
      ownsEachOnce(group, names),
      beginsWhereCommitted(group)
    ),
    figures: { messages: sent, moves: history.count('took'), duplicates: JSON.stringify(causes) }
  }
}

/** Waits until the members agree, shows who reads what, and lets some more messages through. */
async function settleOn(
  bench: Bench,
  { group, sender, members }: { readonly group: string; readonly sender: Sender; readonly members: readonly Member[] }
): Promise<void> {
  await bench.eventually(() => sharesMissing(members, QUEUES))
  await markOwners(bench, sender, { group, members: members.map(({ name }) => name), queues: QUEUES })
  const enough = bench.history.arrivedAt(group).size + BETWEEN_CHANGES
  await bench.eventually(() => {
    const missing = enough - bench.history.arrivedAt(group).size
    return missing <= 0 ? undefined : `${missing} more messages at ${group}`
  })
}

/** One sender per queue, each with a short pause between its messages, until told to stop. */
function startLoad(sender: Sender): { stop(): Promise<number> } {
  let isRunning = true
  let sent = 0
  const lane = async (queueId: number): Promise<void> => {
    for (let number = 0; isRunning; number++) {
      await sender.send(parcel(`${queueId}-${number}`), queueId)
      sent += 1
      await pause(4)
    }
  }
  const lanes = Array.from({ length: QUEUES }, (_, queueId) => lane(queueId))
  return {
    stop: async () => {
      isRunning = false
      await Promise.all(lanes)
      return sent
    }
  }
}

function arrivalsMissing({ history }: Bench, group: string): string | undefined {
  const missing = history.of('acknowledged').filter(({ uid }) => !history.arrivedAt(group).has(uid)).length
  return missing === 0 ? undefined : `${missing} messages at ${group}`
}
