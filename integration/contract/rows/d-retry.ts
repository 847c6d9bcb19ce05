import { retry } from '@rocketmq-ts/client'
import type { Bench } from '../bench'
import { type Anomaly, buries, check, countsAttempts, onlyOnce, reaches } from '../checker'
import type { Delivered } from '../history'
import { Member } from '../member'
import { parcel } from '../parcel'
import { readAll } from '../reader'
import type { Row } from '../row'
import { Sender } from '../sender'

const QUEUES = 2
const MAX_ATTEMPTS = 2
const POISON = 5
const HEALED = 5

/** Some messages always fail, some fail once, the rest never; all in the same queues. */
export const retries: Row = {
  letter: 'd',
  title: 'retry({ delayLevel: 1 }) brings a message again with attempts counted up, after 2 it is a dead letter, and others flow meanwhile',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const group = bench.name('retriers')
    const sender = await Sender.start(bench, topic)
    const fails = ({ uid, attempt }: Delivered): boolean => uid.startsWith('poison') || (uid.startsWith('healed') && attempt === 1)
    await Member.join(bench, {
      group,
      topic,
      member: 'worker',
      maxAttempts: MAX_ATTEMPTS,
      handle: (delivered) => (fails(delivered) ? retry({ delayLevel: 1 }) : undefined)
    })

    const poison = uids('poison', POISON)
    for (const [at, uid] of [...poison, ...uids('healed', HEALED), ...uids('fine', 20)].entries())
      await sender.send(parcel(uid), at % QUEUES)
    // Sent when the failures are known: these must not have to wait for them.
    await bench.eventually(() => arrivalsMissing(bench, group, [...poison, ...uids('fine', 20)]))
    for (const [at, uid] of uids('meanwhile', 20).entries()) await sender.send(parcel(uid), at % QUEUES)
    await bench.eventually(() => attemptsMissing(bench, group))

    const undertaker = bench.name('undertaker')
    await bench.eventually(() => deadLettersMissing(bench, group))
    await readAll(bench, { group: undertaker, topic: `%DLQ%${group}`, queues: 1 })
    return {
      anomalies: [
        ...check(
          bench.history,
          reaches(group),
          onlyOnce(group),
          countsAttempts(group, MAX_ATTEMPTS),
          buries(group, undertaker, new Set(poison))
        ),
        ...flowsMeanwhile(bench, group)
      ],
      figures: { 'sent back': bench.history.of('settled').filter((one) => one.outcome === 'retry').length }
    }
  }
}

/** What was sent after the first failures is handled before any second attempt: nothing waited for it. */
function flowsMeanwhile({ history }: Bench, group: string): Anomaly[] {
  const deliveries = history.of('delivered').filter((one) => one.group === group)
  const secondAttempt = deliveries.findIndex((one) => one.attempt > 1)
  if (secondAttempt < 0 || deliveries.slice(0, secondAttempt).some(({ uid }) => uid.startsWith('meanwhile'))) return []
  return [{ name: 'stuck', detail: 'messages sent after a failure waited until the failed one came again' }]
}

function attemptsMissing({ history }: Bench, group: string): string | undefined {
  const last = new Set(history.of('settled').flatMap((one) => (one.group === group && one.outcome === 'consumed' ? [one.uid] : [])))
  const open = history.of('acknowledged').filter(({ uid }) => !last.has(uid) && !uid.startsWith('poison'))
  const second = history.of('delivered').filter((one) => one.uid.startsWith('poison') && one.attempt === MAX_ATTEMPTS)
  if (open.length === 0 && second.length >= POISON) return undefined
  return `${open.length} messages to be consumed, ${POISON - second.length} second attempts`
}

async function deadLettersMissing(bench: Bench, group: string): Promise<string | undefined> {
  const probe = await bench.probe()
  const stored = await probe.maxOffset(`%DLQ%${group}`, 0).catch(() => 0)
  return stored >= POISON ? undefined : `${POISON - stored} of ${POISON} dead letters`
}

function arrivalsMissing({ history }: Bench, group: string, wanted: readonly string[]): string | undefined {
  const missing = wanted.filter((uid) => !history.arrivedAt(group).has(uid))
  return missing.length === 0 ? undefined : `at ${group}: ${missing.join(', ')}`
}

function uids(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${kind} ${number}`)
}
