import { isRetryTopic, MessageProperty, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import { type AnyTopic, topicOf } from '../topic'

/**
 * Which topic a record belongs to: the one it was sent to, when it comes from a retry topic
 * (read in client/…/consumer/DefaultMQPushConsumerImpl.java).
 */
export function topicFinder(topics: ReadonlyMap<string, AnyTopic>): (record: MessageRecord) => AnyTopic {
  return (record) => {
    const origin = isRetryTopic(record.topic) ? record.properties.get(MessageProperty.RETRY_TOPIC) : undefined
    const name = origin ?? record.topic
    return topics.get(name) ?? topicOf(name)
  }
}
