import {
  encodeBatch,
  encodeProperties,
  formatProperties,
  MessageProperty,
  parseOffsetMessageId,
  RequestCode,
  type SendMessageRequestHeaderV2
} from '@rocketmq-ts/remoting/wire'
import type { BrokerLink } from './broker-link'

/** A message as a client sends it: everything that the header can say. */
export interface Sent {
  readonly topic: string
  readonly queueId?: number
  readonly body?: Buffer
  readonly tag?: string
  readonly keys?: string
  readonly sysFlag?: number
  readonly flag?: number
  readonly reconsumeTimes?: number
  /** `false`: the message has no unique key. */
  readonly unique?: boolean
  readonly properties?: Readonly<Record<string, string>>
}

/** Where a message was stored. */
export interface Stored {
  readonly queueOffset: number
  readonly physicalOffset: number
  readonly messageId: string
}

let lastUnique = 0

/** Sends one message and resolves when the broker has stored it. */
export async function send(link: BrokerLink, message: Sent): Promise<Stored> {
  const properties = formatProperties(propertiesOf(message))
  const { header } = await link.demand(RequestCode.SEND_MESSAGE_V2, headerOf(message, { properties }), message.body ?? Buffer.alloc(0))
  const { physicalOffset } = parseOffsetMessageId(header.msgId)
  return { queueOffset: header.queueOffset, physicalOffset, messageId: header.msgId }
}

/** Several at a time, in this order: requests of one connection are not kept in order by official brokers. */
export async function sendAll(link: BrokerLink, messages: readonly Sent[]): Promise<void> {
  const lanes = new Map<string, Sent[]>()
  for (const message of messages) {
    const lane = `${message.topic} ${message.queueId ?? 0}`
    lanes.set(lane, [...(lanes.get(lane) ?? []), message])
  }
  await Promise.all(
    [...lanes.values()].map((lane) => lane.reduce<Promise<unknown>>((sent, one) => sent.then(() => send(link, one)), Promise.resolve()))
  )
}

/** Messages that were sent as one batch. */
export async function sendBatch(link: BrokerLink, messages: readonly Sent[]): Promise<void> {
  const [first] = messages
  if (first === undefined) return
  const parts = messages.map((message) => ({
    flag: message.flag ?? 0,
    body: message.body ?? Buffer.alloc(0),
    properties: encodeProperties(propertiesOf(message))
  }))
  await link.demand(RequestCode.SEND_BATCH_MESSAGE, headerOf(first, { batch: true }), encodeBatch(parts))
}

function propertiesOf({ tag, keys, unique = true, properties = {} }: Sent): [string, string][] {
  lastUnique += 1
  return [
    ...(tag === undefined ? [] : [[MessageProperty.TAGS, tag] as [string, string]]),
    ...(keys === undefined ? [] : [[MessageProperty.KEYS, keys] as [string, string]]),
    ...(unique
      ? [[MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, `7F0000010001${String(lastUnique).padStart(20, '0')}`] as [string, string]]
      : []),
    ...Object.entries(properties)
  ]
}

function headerOf(message: Sent, more: Partial<SendMessageRequestHeaderV2>): SendMessageRequestHeaderV2 {
  return {
    producerGroup: 'shop',
    topic: message.topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: message.queueId ?? 0,
    sysFlag: message.sysFlag ?? 0,
    bornTimestamp: Date.now(),
    flag: message.flag ?? 0,
    reconsumeTimes: message.reconsumeTimes ?? 0,
    unitMode: false,
    ...more
  }
}

export const text = (value: string): Buffer => Buffer.from(value)

export function list<T>(count: number, make: (at: number) => T): T[] {
  return Array.from({ length: count }, (_, at) => make(at))
}
