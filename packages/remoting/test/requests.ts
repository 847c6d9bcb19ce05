import Long from 'long'
import type { Processor } from '../src/index'
import type { RequestCode } from '../src/wire/index'

/** Headers of requests that tests send; what is in them does not matter. */
export const sendHeader = {
  producerGroup: 'g',
  topic: 'orders',
  defaultTopic: 'TBW102',
  defaultTopicQueueNums: 4,
  queueId: 1,
  sysFlag: 0,
  bornTimestamp: 1,
  flag: 0
}

export const pullHeader = {
  consumerGroup: 'g',
  topic: 'orders',
  queueId: 0,
  queueOffset: 0,
  maxMsgNums: 32,
  sysFlag: 2,
  commitOffset: 0,
  suspendTimeoutMillis: 15_000,
  subVersion: Long.ONE
}

export const offsetHeader = (queueId: number) => ({ topic: 'orders', queueId })

/** Answers with the queue id and a thousand. */
export const answerOffset: Processor<typeof RequestCode.GET_MAX_OFFSET> = ({ header }) => ({
  code: 0,
  header: { offset: 1000 + header.queueId }
})
