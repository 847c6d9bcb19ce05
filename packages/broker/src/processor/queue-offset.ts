import type { Processor } from '@rocketmq-ts/remoting'
import { type RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'

/** GET_MAX_OFFSET: the next offset that will be written; 0 for a queue that never was. */
export function maxOffset(store: MessageStore): Processor<typeof RequestCode.GET_MAX_OFFSET> {
  return ({ header: { topic, queueId } }) => ({ code: ResponseCode.SUCCESS, header: { offset: store.maxOffset(topic, queueId) } })
}

/** GET_MIN_OFFSET: the first offset that can be read. */
export function minOffset(store: MessageStore): Processor<typeof RequestCode.GET_MIN_OFFSET> {
  return ({ header: { topic, queueId } }) => ({ code: ResponseCode.SUCCESS, header: { offset: store.minOffset(topic, queueId) } })
}

/** SEARCH_OFFSET_BY_TIMESTAMP: the offset of the message stored at a time (read in broker/…/processor/AdminBrokerProcessor.java). */
export function searchOffset(store: MessageStore): Processor<typeof RequestCode.SEARCH_OFFSET_BY_TIMESTAMP> {
  return async ({ header: { topic, queueId, timestamp, boundaryType } }) => {
    const boundary = boundaryType?.toUpperCase() === 'UPPER' ? 'UPPER' : 'LOWER'
    return { code: ResponseCode.SUCCESS, header: { offset: await store.offsetByTime(topic, queueId, timestamp, boundary) } }
  }
}

/** GET_EARLIEST_MSG_STORETIME: when the first message that can be read was stored; −1 when there is none. */
export function earliestStoreTime(store: MessageStore): Processor<typeof RequestCode.GET_EARLIEST_MSG_STORETIME> {
  return async ({ header: { topic, queueId } }) => ({
    code: ResponseCode.SUCCESS,
    header: { timestamp: await store.storeTimeAt(topic, queueId, store.minOffset(topic, queueId)) }
  })
}
