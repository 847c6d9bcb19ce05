import type { Bench } from '../bench'
import { type Anomaly, check, reaches, readsInOrder } from '../checker'
import { pause } from '../eventually'
import { parcel } from '../parcel'
import { type PullConsumer, Puller } from '../puller'
import type { Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 4
/** Messages per queue before and after the moment that is sought. */
const HALF = 40
/** Between the halves: far more than between the messages of one half, as old brokers seek to the message nearest in time. */
const GAP_MS = 500

type Positions = ReadonlyMap<number, number>

/** A pull consumer goes where it is told, and where its group left off. */
export const pullAndSeek: Row = {
  letter: 'e',
  title: 'a pull consumer seeks by offset and by time, and a new instance of its group goes on behind the last commit',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const sender = await Sender.start(bench, topic)
    await sendHalf(sender, 'early')
    await pause(GAP_MS)
    const between = Date.now()
    await sendHalf(sender, 'late')

    const group = bench.name('resumers')
    const anomalies = [...(await seeks(bench, sender, between)), ...(await resumes(bench, group, topic))]
    return {
      anomalies: [...check(bench.history, reaches(group), readsInOrder(group)), ...anomalies],
      figures: { messages: bench.history.count('acknowledged') }
    }
  }
}

async function sendHalf(sender: Sender, half: string): Promise<void> {
  const lane = async (queueId: number): Promise<void> => {
    for (let number = 0; number < HALF; number++) await sender.send(parcel(`${half} ${queueId}-${number}`), queueId)
  }
  await Promise.all(Array.from({ length: QUEUES }, (_, queueId) => lane(queueId)))
}

/** Each kind of seek, and where reading went on in each queue. */
async function seeks(bench: Bench, sender: Sender, between: number): Promise<Anomaly[]> {
  const { topic } = sender
  const puller = await Puller.start(bench, { group: bench.name('seekers'), topic, member: 'seeker' })
  const { consumer } = puller
  const everywhere = (offset: number): Positions => new Map(Array.from({ length: QUEUES }, (_, queueId) => [queueId, offset]))
  const goes = async (what: string, seek: () => Promise<unknown>, wanted: Positions): Promise<Anomaly[]> => {
    await seek()
    return compare(what, await puller.firstOffsets(QUEUES), wanted)
  }
  const byOffset = new Map(Array.from({ length: QUEUES }, (_, queueId) => [queueId, 7 + 11 * queueId]))
  const anomalies = [
    ...(await goes('the beginning', async () => undefined, everywhere(0))),
    ...(await goes('seek', () => seekEach(consumer, byOffset), byOffset)),
    ...(await goes('seekToTime', () => consumer.seekToTime(between), everywhere(HALF))),
    ...(await goes('seekToBegin', () => consumer.seekToBegin(), everywhere(0)))
  ]
  await consumer.seekToEnd()
  await Promise.all(Array.from({ length: QUEUES }, (_, queueId) => sender.send(parcel(`after the end ${queueId}`), queueId)))
  anomalies.push(...compare('seekToEnd', await puller.firstOffsets(QUEUES), everywhere(2 * HALF)))
  await puller.close()
  return anomalies
}

async function seekEach(consumer: PullConsumer, offsets: Positions): Promise<void> {
  await Promise.all(consumer.queues.map((queue) => consumer.seek(queue, offsets.get(queue.queueId) ?? 0)))
}

/** The first instance commits some batches and leaves one uncommitted; the second must begin at the commits. */
async function resumes(bench: Bench, group: string, topic: string): Promise<Anomaly[]> {
  const first = await Puller.start(bench, { group, topic, member: `${group} first`, maxBatch: 8 })
  const committed = new Map<number, number>()
  while (first.read < QUEUES * HALF && !bench.isStuck) {
    const batch = await first.next()
    if (batch === undefined) break
    await batch.commit()
    committed.set(batch.queue.queueId, batch.nextOffset)
  }
  await first.next()
  await first.close()

  const probe = await bench.probe()
  const anomalies: Anomaly[] = []
  for (const [queueId, offset] of committed) {
    const known = await probe.committed(group, topic, queueId)
    if (known !== offset)
      anomalies.push({ name: 'wrong-position', detail: `queue ${queueId} is committed at ${known} instead of ${offset}` })
  }
  const second = await Puller.start(bench, { group, topic, member: `${group} second`, maxBatch: 8 })
  const began = await second.firstOffsets(QUEUES)
  for (const queueId of began.keys()) if (!committed.has(queueId)) committed.set(queueId, 0)
  while (bench.history.arrivedAt(group).size < bench.history.count('acknowledged') && (await second.next()) !== undefined);
  await second.close()
  return [...anomalies, ...compare('the new instance', began, committed)]
}

function compare(what: string, found: Positions, wanted: Positions): Anomaly[] {
  return [...wanted].flatMap(([queueId, offset]) => {
    const began = found.get(queueId)
    return began === offset
      ? []
      : [{ name: 'wrong-position' as const, detail: `${what}: queue ${queueId} began at ${began}, not at ${offset}` }]
  })
}
