import { javaStringHashCode, MessageProperty, type MessageRecord, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { BrokerLink } from './broker-link'
import { inLanes } from './in-lanes'
import { printOf, recordsOf } from './pulled'

/** What the index of a broker answers. */
export interface IndexAnswers {
  /** Physical offsets of the messages of each `topic#key`, in the order of the answer. */
  readonly found: Readonly<Record<string, readonly number[]>>
  /** The same within a span of time: `topic#key begin-end`. */
  readonly foundWithin: Readonly<Record<string, readonly number[]>>
  /** The same by `topic#tag`, which releases before 5.4.0 do not index. */
  readonly foundByTag: Readonly<Record<string, readonly number[]>>
  /** The newest message that is indexed: its physical offset, and when it was stored. */
  readonly lastOffset: number
  readonly lastTime: number
}

const forEver = Number.MAX_SAFE_INTEGER

/** Asks for the record at each physical offset. */
export async function viewAll(link: BrokerLink, records: readonly MessageRecord[]): Promise<Record<string, string>> {
  const prints = await inLanes(records, async ({ topic, physicalOffset }) => {
    const { body } = await link.demand(RequestCode.VIEW_MESSAGE_BY_ID, { offset: physicalOffset })
    return [`${topic}@${physicalOffset}`, recordsOf(body).map(printOf).join()] as const
  })
  return Object.fromEntries(prints)
}

/** Asks for every key and unique key that a record has, for all times; and for some of those with one message for shorter ones. */
export async function queryAll(link: BrokerLink, records: readonly MessageRecord[]): Promise<IndexAnswers> {
  const all = new Map<string, Query>()
  for (const record of records)
    for (const key of keysOf(record))
      all.set(`${record.topic}#${key}`, { topic: record.topic, key, beginMs: 0, endMs: forEver, at: record.storeTimestamp })
  const find = async ([name, query]: readonly [string, Query]) => [name, await search(link, query)] as const
  const found = await inLanes([...all], find)
  const single = found.filter(([name, { offsets }]) => offsets.length === 1 && javaStringHashCode(name) % everySoMany === 0)
  const within = single.flatMap(([name]) => spansOf(name, all.get(name)))
  const foundWithin = await inLanes(within, find)
  const foundByTag = await inLanes([...tagsOf(records)], find)
  const { lastOffset, lastTime } = found.at(-1)?.[1] ?? nothing
  const offsets = (list: typeof found) => Object.fromEntries(list.map(([name, answer]) => [name, answer.offsets]))
  return { found: offsets(found), foundWithin: offsets(foundWithin), foundByTag: offsets(foundByTag), lastOffset, lastTime }
}

const everySoMany = 7

interface Found {
  readonly offsets: readonly number[]
  readonly lastOffset: number
  readonly lastTime: number
}

const nothing: Found = { offsets: [], lastOffset: 0, lastTime: 0 }

interface Query {
  readonly topic: string
  readonly key: string
  readonly beginMs: number
  readonly endMs: number
  /** `T`: the key is a tag. */
  readonly indexType?: 'T'
  /** When a message with the key was stored. */
  readonly at: number
}

/**
 * Spans that end at the message's time, or a second beside it: the index knows whole seconds after its file's first message, so an
 * official broker takes a message for up to a second older than it is (read in store/…/index/IndexFile.java, `selectPhyOffset`).
 * Ours looks at the message itself.
 */
function spansOf(name: string, query: Query | undefined): [string, Query][] {
  if (query === undefined) return []
  const { at } = query
  const spans = [
    [0, at],
    [at - 1000, at],
    [at - 1000, forEver],
    [at + 1, forEver],
    [0, at - 1000]
  ] as const
  return spans.map(([beginMs, endMs]) => [`${name} ${beginMs}-${endMs}`, { ...query, beginMs, endMs }])
}

/**
 * As official clients do it, messages of other keys with the same hash code are left out. A message that has a key twice is found twice
 * by official brokers and once by ours: it counts once.
 */
async function search(link: BrokerLink, { topic, key, beginMs, endMs, indexType }: Query): Promise<Found> {
  const answer = await link.ask(RequestCode.QUERY_MESSAGE, {
    topic,
    key,
    maxNum: 64,
    beginTimestamp: beginMs,
    endTimestamp: endMs,
    indexType
  })
  if (answer.code === ResponseCode.QUERY_NOT_FOUND) return nothing
  if (answer.code !== ResponseCode.SUCCESS)
    throw new Error(`a query for ${topic}#${key} was answered ${answer.code} ${answer.remark ?? ''}`)
  const messages = recordsOf(answer.body).filter((record) => record.topic === topic && namesOf(record, indexType).includes(key))
  const offsets = [...new Set(messages.map(({ physicalOffset }) => physicalOffset))]
  return { offsets, lastOffset: answer.header.indexLastUpdatePhyoffset, lastTime: answer.header.indexLastUpdateTimestamp }
}

function tagsOf(records: readonly MessageRecord[]): Map<string, Query> {
  const all = new Map<string, Query>()
  for (const record of records)
    for (const key of namesOf(record, 'T'))
      all.set(`${record.topic}#${key}`, { topic: record.topic, key, beginMs: 0, endMs: forEver, indexType: 'T', at: record.storeTimestamp })
  return all
}

function namesOf(record: MessageRecord, indexType: 'T' | undefined): string[] {
  if (indexType === undefined) return keysOf(record)
  const tag = record.properties.get(MessageProperty.TAGS)
  return tag === undefined ? [] : [tag]
}

function keysOf({ properties }: MessageRecord): string[] {
  const keys = properties.get(MessageProperty.KEYS)?.split(' ') ?? []
  const unique = properties.get(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX)
  return [...keys, ...(unique === undefined ? [] : [unique])].filter((key) => key !== '')
}
