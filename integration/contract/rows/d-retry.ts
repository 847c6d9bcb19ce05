import { deadLetter, retry } from '@rocketmq-ts/client'
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
const EACH = 5
const POISON = uids('poison', EACH)
const BURIED = uids('buried', EACH)
const DEAD = [...POISON, ...BURIED]

/** Messages that fail always, once, by an error or for good, and others that do not, all in the same queues. */
export const retries: Row = {
  letter: 'd',
  title: 'retry({ delayLevel: 1 }) brings a message again with attempts counted up, after 2 it is a dead letter, and others flow meanwhile',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const group = bench.name('retriers')
    const sender = await Sender.start(bench, topic)
    await Member.join(bench, { group, topic, member: 'worker', maxAttempts: MAX_ATTEMPTS, handle: handleByKind })

    const firsts = [...DEAD, ...uids('healed', EACH), ...uids('thrown', EACH), ...uids('fine', 20)]
    for (const [at, uid] of firsts.entries()) await sender.send(parcel(uid), at % QUEUES)
    // Sent when the failures are known: these must not have to wait for them.
    await bench.eventually(() => arrivalsMissing(bench, group, firsts))
    for (const [at, uid] of uids('meanwhile', 20).entries()) await sender.send(parcel(uid), at % QUEUES)
    await bench.eventually(() => attemptsMissing(bench, group))

    const undertaker = bench.name('undertaker')
    await bench.eventually(() => deadLettersMissing(bench, group))
    await readAll(bench, { group: undertaker, topic: `%DLQ%${group}`, queues: 1 })
    const rules = [reaches(group), onlyOnce(group), countsAttempts(group, MAX_ATTEMPTS), buries(group, undertaker, new Set(DEAD))]
    return {
      anomalies: [...check(bench.history, ...rules), ...flowsMeanwhile(bench, group)],
      figures: { 'sent back': bench.history.of('settled').filter((one) => one.outcome !== 'consumed').length, 'dead letters': DEAD.length }
    }
  }
}

/** The uid says how a message is to end. */
function handleByKind({ uid, attempt }: Delivered): ReturnType<typeof retry> | ReturnType<typeof deadLetter> | undefined {
  const kind = uid.split(' ')[0]
  if (kind === 'poison' || (kind === 'healed' && attempt === 1)) return retry({ delayLevel: 1 })
  if (kind === 'buried') return deadLetter()
  if (kind === 'thrown' && attempt === 1) throw new Error('a handler that fails once')
  return undefined
}

/** What was sent after the first failures is handled before any second attempt: nothing waited for it. */
function flowsMeanwhile({ history }: Bench, group: string): Anomaly[] {
  const deliveries = history.of('delivered').filter((one) => one.group === group)
  const secondAttempt = deliveries.findIndex((one) => one.attempt > 1)
  if (secondAttempt < 0 || deliveries.slice(0, secondAttempt).some(({ uid }) => uid.startsWith('meanwhile'))) return []
  return [{ name: 'stuck', detail: 'messages sent after a failure waited until the failed one came again' }]
}

function attemptsMissing({ history }: Bench, group: string): string | undefined {
  const consumed = new Set(history.of('settled').flatMap((one) => (one.group === group && one.outcome === 'consumed' ? [one.uid] : [])))
  const open = history.of('acknowledged').filter(({ uid }) => !consumed.has(uid) && !DEAD.includes(uid))
  const last = history.of('delivered').filter((one) => POISON.includes(one.uid) && one.attempt === MAX_ATTEMPTS)
  if (open.length === 0 && last.length >= EACH) return undefined
  return `${open.length} messages to be consumed, ${EACH - last.length} last attempts`
}

async function deadLettersMissing(bench: Bench, group: string): Promise<string | undefined> {
  const probe = await bench.probe()
  const stored = await probe.maxOffset(`%DLQ%${group}`, 0).catch(() => 0)
  return stored >= DEAD.length ? undefined : `${DEAD.length - stored} of ${DEAD.length} dead letters`
}

function arrivalsMissing({ history }: Bench, group: string, wanted: readonly string[]): string | undefined {
  const missing = wanted.filter((uid) => !history.arrivedAt(group).has(uid))
  return missing.length === 0 ? undefined : `at ${group}: ${missing.join(', ')}`
}

function uids(kind: string, count: number): string[] {
  return Array.from({ length: count }, (_, number) => `${kind} ${number}`)
}
