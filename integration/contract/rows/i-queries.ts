import { type Anomaly, check } from '../checker'
import { pause } from '../eventually'
import { Finder, type Found } from '../finder'
import { type Parcel, parcel } from '../parcel'
import type { Row } from '../row'
import { type Receipt, Sender } from '../sender'
import { Answer } from '../tap/frame'

/** A message that was acknowledged. */
interface Sent extends Receipt {
  readonly parcel: Parcel
}

const QUEUES = 2
/** Messages before and after the gap. */
const HALF = 12
/** Between the halves: official brokers index times in whole seconds, counted down. */
const GAP_MS = 2500
/** From the last message before the gap to the bound of a time range. */
const TO_BOUND_MS = 1000
const NEWEST = 5
const EVERYONE = 'everyone'

/** What was stored is found without reading queues. */
export const queries: Row = {
  letter: 'i',
  title: 'messages are found by key, in a time range, by message id and by offset message id, as they were sent and none besides',
  async run(bench) {
    const topic = await bench.topic(QUEUES)
    const sender = await Sender.start(bench, topic)
    const before = await sendAll(sender, parcels(0))
    await pause(GAP_MS)
    const after = await sendAll(sender, parcels(HALF))
    const sent = [...before, ...after]
    const finder = await Finder.start(bench, topic)
    await bench.eventually(() => indexMissing(finder, sent))
    const anomalies = [
      ...(await byKeys(finder, sent)),
      ...(await byTime(finder, before, after)),
      ...(await byIds(finder, sent)),
      ...(await byNothing(finder))
    ]
    return { anomalies: [...check(bench.history), ...anomalies], figures: { messages: sent.length } }
  }
}

function parcels(from: number): Parcel[] {
  return Array.from({ length: HALF }, (_, at) => parcel(`message ${from + at}`, { keys: keysOf(from + at), tag: 'found' }))
}

/** One of its own, one of every third message, one in any script, and one that all have. */
function keysOf(number: number): string[] {
  return [`own-${number}`, `third-${number % 3}`, `订单-${number % 2}`, EVERYONE]
}

async function sendAll(sender: Sender, all: readonly Parcel[]): Promise<Sent[]> {
  const sent: Sent[] = []
  for (const [at, one] of all.entries()) {
    const receipt = await sender.receiptOf(one, at % QUEUES)
    if (receipt !== undefined) sent.push({ ...receipt, parcel: one })
  }
  return sent
}

/** Official brokers index behind the log, in its order. */
async function indexMissing(finder: Finder, sent: readonly Sent[]): Promise<string | undefined> {
  const last = sent.at(-1)?.parcel.keys?.[0] ?? ''
  return (await finder.byKey(last)).length > 0 ? undefined : `the index entry of ${last}`
}

async function byKeys(finder: Finder, sent: readonly Sent[]): Promise<Anomaly[]> {
  const keys = new Set(sent.flatMap(({ parcel: { keys = [] } }) => keys))
  const anomalies: Anomaly[] = []
  for (const key of keys) anomalies.push(...compare(`key ${key}`, await finder.byKey(key), withKey(sent, key)))
  const newest = await finder.byKey(EVERYONE, { max: NEWEST })
  return [...anomalies, ...compare(`the newest ${NEWEST}`, newest, sent.slice(-NEWEST))]
}

async function byTime(finder: Finder, before: readonly Sent[], after: readonly Sent[]): Promise<Anomaly[]> {
  const early = new Set(before.map(({ parcel: { uid } }) => uid))
  const stored = (await finder.byKey(EVERYONE)).filter(({ uid }) => early.has(uid))
  const bound = Math.max(...stored.map(({ storedAt }) => storedAt)) + TO_BOUND_MS
  return [
    ...compare('before the gap', await finder.byKey(EVERYONE, { to: bound }), before),
    ...compare('after the gap', await finder.byKey(EVERYONE, { from: bound }), after)
  ]
}

async function byIds(finder: Finder, sent: readonly Sent[]): Promise<Anomaly[]> {
  const anomalies: Anomaly[] = []
  for (const one of sent) {
    anomalies.push(...compare(`message id ${one.messageId}`, await finder.byMessageId(one.messageId), [one]))
    anomalies.push(...compare(`offset message id ${one.offsetMessageId}`, await finder.byOffsetMessageId(one.offsetMessageId), [one]))
  }
  return anomalies
}

async function byNothing(finder: Finder): Promise<Anomaly[]> {
  const answers = [
    { what: 'a key that no message has', code: (await finder.askByKey('nobody')).code, wanted: Answer.QUERY_NOT_FOUND },
    { what: 'a time before the first message', code: (await finder.askByKey(EVERYONE, { to: 1 })).code, wanted: Answer.QUERY_NOT_FOUND },
    { what: 'a place far behind the log', code: (await finder.askByOffset(2 ** 40)).code, wanted: Answer.SYSTEM_ERROR }
  ]
  return answers.flatMap(({ what, code, wanted }) =>
    code === wanted ? [] : [{ name: 'wrong-answer' as const, detail: `${what} was answered with ${code}, not ${wanted}` }]
  )
}

function withKey(sent: readonly Sent[], key: string): Sent[] {
  return sent.filter(({ parcel: { keys = [] } }) => keys.includes(key))
}

/** Exactly the messages that are wanted, in the order of the log. */
function compare(what: string, found: readonly Found[], wanted: readonly Sent[]): Anomaly[] {
  const [uids, wantedUids] = [found.map(({ uid }) => uid), wanted.map(({ parcel: { uid } }) => uid)]
  const lost = wantedUids.filter((uid) => !uids.includes(uid))
  const leaked = uids.filter((uid) => !wantedUids.includes(uid))
  const isOrdered = found.every(({ physicalOffset }, at) => at === 0 || physicalOffset > (found[at - 1]?.physicalOffset ?? 0))
  return [
    ...lost.map((uid) => ({ name: 'lost' as const, detail: `${what}: ${uid} was not found` })),
    ...leaked.map((uid) => ({ name: 'leaked' as const, detail: `${what}: ${uid} was found too` })),
    ...(isOrdered ? [] : [{ name: 'order' as const, detail: `${what}: ${uids.join(', ')}` }])
  ]
}
