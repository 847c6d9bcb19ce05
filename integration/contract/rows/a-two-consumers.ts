import type { Bench } from '../bench'
import { check, keepsLanes, onlyOnce, ownsEachOnce, reaches, readsInOrder } from '../checker'
import { duplicatesByCause } from '../duplicates'
import { queueName } from '../group-watch'
import { markOwners } from '../markers'
import { Member, sharesMissing } from '../member'
import { parcel } from '../parcel'
import { readAll } from '../reader'
import type { Finding, Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 8
const MESSAGES = 10_000

/** Two consumers own their queues, then ten thousand messages come. */
export const twoConsumers: Row = {
  letter: 'a',
  title:
    '10,000 messages over 8 queues reach two push consumers, none lost, none twice, and a pull consumer reads them in the order of sending',
  run: (bench) => runTwoConsumers(bench, MESSAGES)
}

export async function runTwoConsumers(bench: Bench, messages: number): Promise<Finding> {
  const { history, tap } = bench
  const topic = await bench.topic(QUEUES)
  const group = bench.name('pair')
  const members = [
    await Member.join(bench, { group, topic, member: 'first' }),
    await Member.join(bench, { group, topic, member: 'second' })
  ]
  await bench.eventually(() => sharesMissing(members, QUEUES))

  const sender = await Sender.start(bench, topic)
  const writesBefore = tap.writes
  const from = performance.now()
  await Promise.all(Array.from({ length: QUEUES }, (_, queueId) => sendLane(sender, queueId, messages / QUEUES)))
  const sendSeconds = (performance.now() - from) / 1000
  await bench.eventually(() => arrivalsMissing(bench, group, messages))
  const seconds = (performance.now() - from) / 1000
  const writes = tap.writes - writesBefore
  await bench.eventually(() => commitsMissing(bench, group, topic))
  await markOwners(bench, sender, { group, members: members.map(({ name }) => name), queues: QUEUES })

  const readers = bench.name('readers')
  await readAll(bench, { group: readers, topic, queues: QUEUES })
  const names = Array.from({ length: QUEUES }, (_, queueId) => queueName(topic, queueId))
  return {
    anomalies: check(
      history,
      reaches(group),
      onlyOnce(group),
      ownsEachOnce(group, names),
      reaches(readers),
      onlyOnce(readers),
      readsInOrder(readers),
      keepsLanes(readers)
    ),
    figures: {
      messages,
      'sent per second': Math.round(messages / sendSeconds),
      'sent and received per second': Math.round(messages / seconds),
      'client socket writes per message': (writes / messages).toFixed(3),
      duplicates: JSON.stringify(duplicatesByCause(history, group))
    }
  }
}

/** One after another into one queue: their order is a promise. */
async function sendLane(sender: Sender, queueId: number, count: number): Promise<void> {
  for (let number = 0; number < count; number++) {
    await sender.send(parcel(`${queueId}-${number}`, { lane: `lane ${queueId}`, tag: `t${number % 3}` }), queueId)
  }
}

function arrivalsMissing({ history }: Bench, group: string, messages: number): string | undefined {
  const arrived = history.arrivedAt(group).size
  return arrived >= messages ? undefined : `${messages - arrived} of ${messages} messages at ${group}`
}

async function commitsMissing(bench: Bench, group: string, topic: string): Promise<string | undefined> {
  const probe = await bench.probe()
  for (let queueId = 0; queueId < QUEUES; queueId++) {
    const [committed, max] = [await probe.committed(group, topic, queueId), await probe.maxOffset(topic, queueId)]
    if (committed !== max) return `the commit of queue ${queueId}: ${committed} of ${max}`
  }
  return undefined
}
