import { decodeRecords, type MessageRecord, PullSysFlag, RequestCode } from '@rocketmq-ts/remoting/wire'
import Long from 'long'
import type { BrokerLink } from './broker-link'
import { inLanes } from './in-lanes'
import { sha256 } from './store-directory'

/** One queue as a broker serves it. */
export interface ServedQueue {
  /** `topic/queueId`. */
  readonly name: string
  readonly min: number
  readonly max: number
  /** `physicalOffset+size hash` of every record, as pulled, byte for byte. */
  readonly records: readonly string[]
  /** Queue offsets by SEARCH_OFFSET_BY_TIMESTAMP, for store times that exactly one message has. */
  readonly atTime: Readonly<Record<string, number>>
  /** The same for times that no message has, or several have. */
  readonly aroundTime: Readonly<Record<string, number>>
}

/** Pulled records keep the bytes they came in. */
const bytesOf = new WeakMap<MessageRecord, Buffer>()

/** A queue with its decoded records. */
export interface PulledQueue {
  readonly topic: string
  readonly queueId: number
  readonly min: number
  readonly max: number
  readonly records: readonly MessageRecord[]
}

/** Pulls every record of a queue, from its minimum offset to its maximum offset. */
export async function pullAll(link: BrokerLink, topic: string, queueId: number): Promise<PulledQueue> {
  const min = (await link.demand(RequestCode.GET_MIN_OFFSET, { topic, queueId })).header.offset
  const max = (await link.demand(RequestCode.GET_MAX_OFFSET, { topic, queueId })).header.offset
  const all: MessageRecord[] = []
  for (let at = min; at < max; ) {
    const answer = await link.demand(RequestCode.PULL_MESSAGE, pullHeader(topic, queueId, at))
    const records = recordsOf(answer.body)
    const expected = records.map((_, index) => at + index)
    const offsets = records.map(({ queueOffset }) => queueOffset)
    if (offsets.join() !== expected.join()) throw new Error(`a pull of ${topic}/${queueId} at ${at} gave ${offsets.join()}`)
    all.push(...records)
    at = answer.header.nextBeginOffset
  }
  return { topic, queueId, min, max, records: all }
}

/** The records of a body, each with its bytes. */
export function recordsOf(body: Buffer): MessageRecord[] {
  const { records } = decodeRecords(body)
  let at = 0
  for (const record of records) {
    bytesOf.set(record, body.subarray(at, at + record.size))
    at += record.size
  }
  if (at !== body.length) throw new Error(`${body.length - at} bytes behind the last record of an answer are no record`)
  return [...records]
}

/** Physical offset, size and hash of a record of {@link recordsOf}. */
export function printOf(record: MessageRecord): string {
  return `${record.physicalOffset}+${record.size} ${sha256(bytesOf.get(record) ?? Buffer.alloc(0)).slice(0, 16)}`
}

/** What is compared of a queue. */
export async function servedQueue(link: BrokerLink, { topic, queueId, min, max, records }: PulledQueue): Promise<ServedQueue> {
  const times = records.map(({ storeTimestamp }) => storeTimestamp)
  const single = times.filter((time, at) => time !== times[at - 1] && time !== times[at + 1])
  const several = times.filter((time) => !single.includes(time))
  const none = times.map((time) => time + 1).filter((time) => !times.includes(time))
  const ends = times.slice(0, 1).flatMap((first) => [0, first - 1])
  const search = async (timestamp: number, boundaryType: 'LOWER' | 'UPPER') =>
    (await link.demand(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, { topic, queueId, timestamp, boundaryType })).header.offset
  const searchAll = async (list: readonly number[]) => {
    const asked = list.flatMap((time) => [[time, 'LOWER'] as const, [time, 'UPPER'] as const])
    return Object.fromEntries(await inLanes(asked, async ([time, boundary]) => [`${time} ${boundary}`, await search(time, boundary)]))
  }
  const [atTime, aroundTime] = [spread(single, 8), [...spread(several, 8), ...spread(none, 8), ...ends]]
  const searched = { atTime: await searchAll(atTime), aroundTime: await searchAll(aroundTime) }
  return { name: `${topic}/${queueId}`, min, max, records: records.map(printOf), ...searched }
}

function pullHeader(topic: string, queueId: number, queueOffset: number) {
  const limits = { maxMsgNums: 32, commitOffset: 0, suspendTimeoutMillis: 0 }
  const everything = { subscription: '*', subVersion: Long.ZERO, expressionType: 'TAG', sysFlag: PullSysFlag.SUBSCRIPTION }
  return { consumerGroup: 'reader', topic, queueId, queueOffset, ...limits, ...everything }
}

/** So many of a list, the first and the last among them. */
function spread(list: readonly number[], count: number): number[] {
  if (list.length <= count) return [...list]
  return Array.from({ length: count }, (_, at) => list[Math.round((at * (list.length - 1)) / (count - 1))] ?? 0)
}
