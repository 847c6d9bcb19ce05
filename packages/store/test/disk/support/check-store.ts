import { decodeProperties, decodeRecord, type MessageRecord, MessageSysFlag } from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '../../../src'
import type { Attempt, Knowledge } from './ledger'

/** How a store is looked at, and what may be missing after what has happened to it. */
export interface Allowances {
  /** Acknowledged records that may be gone; nothing may when it is left out. */
  readonly mayBeLost?: (attempt: Attempt) => boolean
  /** Whether messages are looked up by key, too. Default `false`. */
  readonly queries?: boolean
  /** Whether offsets may be without a record: only after damage. */
  readonly mayHaveHoles?: boolean
  /** Whether documents may read otherwise: official ones have no checksum that could tell that a letter is another one. */
  readonly mayChangeDocuments?: boolean
}

/** All that is wrong with an open store, in words; empty when it holds what it must, and nothing that it must not. */
export async function checkStore(store: MessageStore, known: Knowledge, allowances: Allowances = {}): Promise<string[]> {
  const problems: string[] = []
  const served = new Set<Attempt>()
  for (const { topic, queueId } of known.queues) {
    for await (const found of recordsOf(store, topic, queueId)) {
      if (typeof found !== 'string') problems.push(...checkRecord(found, known, served))
      else if (allowances.mayHaveHoles !== true || !found.startsWith('hole')) problems.push(found)
    }
  }
  for (const attempt of known.acknowledged) {
    if (!served.has(attempt) && allowances.mayBeLost?.(attempt) !== true) problems.push(`lost: ${nameOf(attempt)}`)
  }
  if (allowances.queries === true) problems.push(...(await checkQueries(store, known)))
  return allowances.mayChangeDocuments === true ? problems : [...problems, ...checkDocuments(store, known)]
}

/** All that is wrong with the answers to queries by key; that something is not found any more is not. */
export async function checkQueries(store: MessageStore, known: Knowledge): Promise<string[]> {
  const problems: string[] = []
  for (const { request } of known.acknowledged) {
    const key = decodeProperties(request.properties).get('UNIQ_KEY') ?? ''
    const { records } = await store.query({ topic: request.topic, key, maxCount: 32, beginMs: 0, endMs: Number.MAX_SAFE_INTEGER })
    for (const record of records.map((bytes) => decodeRecord(bytes))) {
      problems.push(...checkRecord(record, known, new Set()))
      if (record.properties.get('UNIQ_KEY') !== key) problems.push(`found by ${key}: ${record.properties.get('UNIQ_KEY')}`)
    }
  }
  return problems
}

/** Each record of a queue, or a problem. */
async function* recordsOf(store: MessageStore, topic: string, queueId: number): AsyncGenerator<MessageRecord | string> {
  const end = store.maxOffset(topic, queueId)
  for (let offset = store.minOffset(topic, queueId); offset < end; ) {
    const result = await store.read({ topic, queueId, queueOffset: offset, maxCount: 32, maxBytes: 1024 * 1024 })
    const { records, nextBeginOffset } = result
    let next = offset
    for (const record of records.map((bytes) => decodeRecord(bytes))) {
      if (record.queueOffset !== next) yield `hole: ${topic}/${queueId} has ${record.queueOffset} where ${next} was to be`
      yield record
      next = record.queueOffset + 1
    }
    if (next < nextBeginOffset) yield `hole: ${topic}/${queueId} from ${next} up to ${nextBeginOffset} (${result.status})`
    if (nextBeginOffset <= offset) {
      yield `stuck: ${topic}/${queueId} at ${offset} of ${end} (${result.status})`
      return
    }
    offset = nextBeginOffset
  }
}

function checkRecord(record: MessageRecord, known: Knowledge, served: Set<Attempt>): string[] {
  const { topic, queueId, queueOffset } = record
  const possible = known.possibleAt(topic, queueId, queueOffset)
  const attempt = possible.find((candidate) => isRecordOf(record, candidate))
  if (attempt === undefined) return [`never sent: ${topic}/${queueId}/${queueOffset}, one of ${possible.length} that were tried there`]
  served.add(attempt)
  return []
}

/** Whether every field is as it was sent, where it was put. */
export function isRecordOf(record: MessageRecord, { request, appended }: Attempt): boolean {
  return (
    PLACE.every((field) => record[field] === appended[field]) &&
    SENT.every((field) => record[field] === request[field]) &&
    withoutHostBits(record.sysFlag) === request.sysFlag &&
    hasHosts(record, request) &&
    record.body.equals(request.body) &&
    // A checksum may follow what was sent.
    record.propertiesBuffer.subarray(0, request.properties.length).equals(request.properties)
  )
}

/** They follow from the hosts, whatever was sent. */
const withoutHostBits = (sysFlag: number): number => sysFlag & ~(MessageSysFlag.BORN_HOST_V6 | MessageSysFlag.STORE_HOST_V6)

function hasHosts(record: MessageRecord, { bornHost, storeHost }: Attempt['request']): boolean {
  const isBorn = record.bornHost === bornHost.host && record.bornPort === bornHost.port
  return isBorn && record.storeHost === storeHost.host && record.storePort === storeHost.port
}

const PLACE = ['queueOffset', 'physicalOffset', 'storeTimestamp'] as const
const SENT = ['topic', 'queueId', 'flag', 'bornTimestamp', 'reconsumeTimes', 'preparedTransactionOffset'] as const

function checkDocuments(store: MessageStore, known: Knowledge): string[] {
  return [...known.documents].flatMap(([name, texts]) => {
    const text = store.documents.read(name)
    return texts.includes(text) ? [] : [`document ${name} is ${text}, not one of ${texts}`]
  })
}

export const nameOf = ({ request, appended }: Attempt): string =>
  `${request.topic}/${request.queueId}/${appended.queueOffset} at ${appended.physicalOffset}`
