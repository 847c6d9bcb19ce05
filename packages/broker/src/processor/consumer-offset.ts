import type { Processor } from '@rocketmq-ts/remoting'
import { type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'
import type { ConsumerOffsets } from '../offset/consumer-offsets'
import type { OffsetCommits } from '../offset/offset-commits'

/** UPDATE_CONSUMER_OFFSET. */
export function updateConsumerOffset(commits: OffsetCommits): Processor<typeof RequestCode.UPDATE_CONSUMER_OFFSET> {
  return ({ header: { consumerGroup, topic, queueId, commitOffset } }) =>
    commits.commit({ group: consumerGroup, topic, queueId, offset: commitOffset }) ?? { code: ResponseCode.SUCCESS }
}

/**
 * QUERY_CONSUMER_OFFSET. A group that never committed begins at 0 while the queue still has its first message, unless it
 * asks not to (read in broker/…/processor/ConsumerManageProcessor.java, `queryConsumerOffset`).
 */
export function queryConsumerOffset(offsets: ConsumerOffsets, store: MessageStore): Processor<typeof RequestCode.QUERY_CONSUMER_OFFSET> {
  return ({ header: { consumerGroup, topic, queueId, setZeroIfNotFound } }) => {
    const offset = offsets.get(consumerGroup, topic, queueId)
    if (offset !== undefined) return { code: ResponseCode.SUCCESS, header: { offset } }
    if (setZeroIfNotFound !== false && hasFirstMessage(store, topic, queueId)) return { code: ResponseCode.SUCCESS, header: { offset: 0 } }
    return { code: ResponseCode.QUERY_NOT_FOUND, remark: 'Not found, maybe this group consumer boot first' }
  }
}

function hasFirstMessage(store: MessageStore, topic: string, queueId: number): boolean {
  return store.minOffset(topic, queueId) === 0 && store.maxOffset(topic, queueId) > 0
}
