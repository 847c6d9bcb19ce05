import { RequestCode, type SendMessageRequestHeaderV2, SystemTopic } from '@rocketmq-ts/remoting/wire'
import type { MessageQueue } from '../message-queue'
import type { Outgoing } from './outgoing'
import type { ProducerParts } from './producer-parts'

/** The request of a send. That of a batch has the same header and answer. */
export type SendRow = typeof RequestCode.SEND_MESSAGE_V2 | typeof RequestCode.SEND_BATCH_MESSAGE

export function sendRow(outgoing: Outgoing): SendRow {
  return outgoing.isBatch ? RequestCode.SEND_BATCH_MESSAGE : RequestCode.SEND_MESSAGE_V2
}

/** The header of one attempt (read in client/…/producer/DefaultMQProducerImpl.java). */
export function sendHeader({ clock, options }: ProducerParts, outgoing: Outgoing, queue: MessageQueue): SendMessageRequestHeaderV2 {
  return {
    producerGroup: options.group,
    topic: outgoing.topic.name,
    defaultTopic: SystemTopic.AUTO_CREATE_TOPIC_KEY,
    defaultTopicQueueNums: options.topicQueues,
    queueId: queue.queueId,
    sysFlag: outgoing.sysFlag,
    bornTimestamp: clock.now(),
    flag: outgoing.options.flag ?? 0,
    properties: outgoing.properties,
    reconsumeTimes: 0,
    unitMode: false,
    batch: outgoing.isBatch,
    brokerName: queue.brokerName
  }
}
