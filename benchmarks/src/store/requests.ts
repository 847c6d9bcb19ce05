import { encodeProperties } from '@rocketmq-ts/remoting/wire'
import type { AppendRequest } from '@rocketmq-ts/store'

/** Queues of the topic that is written in every contest. */
export const QUEUES = 32
export const TOPIC = 'bench-store'

/** Messages as a broker gets them from our client, each with a unique key and a tag; `count` of them, to be sent over and over, queue by queue in turn. */
export function sampleRequests(bytes: number, count: number, queues = QUEUES): readonly AppendRequest[] {
  const body = Buffer.alloc(bytes, 'x')
  return Array.from({ length: count }, (_, at) => requestOf(body, at, at % queues))
}

function requestOf(body: Buffer, at: number, queueId: number): AppendRequest {
  return {
    topic: TOPIC,
    queueId,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000 + at,
    bornHost: { host: '10.0.0.5', port: 40_000 },
    storeHost: { host: '10.9.8.7', port: 10_911 },
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body,
    properties: encodeProperties(
      new Map([
        ['UNIQ_KEY', `C0A8000100002A9F5B7D4F3C${at.toString(16).toUpperCase().padStart(8, '0')}`],
        ['TAGS', 'created']
      ])
    ),
    // Java's hash of the tag.
    tagsCode: 1_028_554_472
  }
}
