import { isSystemTopic, Perm, SystemTopic, type TopicConfig } from '@rocketmq-ts/remoting/wire'

/** Whose topics they are, and what new topics look like. */
export interface BrokerIdentity {
  readonly brokerName: string
  readonly clusterName: string
}

export interface OwnTopicsOptions extends BrokerIdentity {
  readonly autoCreateTopics: boolean
  /** Queues of a topic that is created by a first send, at most. */
  readonly defaultTopicQueues: number
}

const READ_WRITE = Perm.READ | Perm.WRITE
const MEMBER_GROUP_PREFIX = 'rmq_sys_SYNC_BROKER_MEMBER_'

/** The settings of a topic that says nothing special. */
export function topicConfig(topicName: string, queues: number, perm: number = READ_WRITE, order = false, topicSysFlag = 0): TopicConfig {
  return {
    topicName,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag,
    order,
    attributes: new Map()
  }
}

/** The topics that a broker has for itself before anyone makes one (read in broker/…/topic/TopicConfigManager.java). */
export function ownTopics({ brokerName, clusterName, autoCreateTopics, defaultTopicQueues }: OwnTopicsOptions): TopicConfig[] {
  const pattern = autoCreateTopics ? [topicConfig(SystemTopic.AUTO_CREATE_TOPIC_KEY, defaultTopicQueues, READ_WRITE | Perm.INHERIT)] : []
  return [
    ...pattern,
    topicConfig(SystemTopic.SELF_TEST, 1),
    topicConfig(SystemTopic.BENCHMARK, 1024),
    topicConfig(SystemTopic.OFFSET_MOVED_EVENT, 1),
    topicConfig(SystemTopic.SCHEDULE, 18),
    topicConfig(SystemTopic.TRANS_HALF, 1),
    topicConfig(SystemTopic.TRANS_OP_HALF, 1),
    topicConfig(replyTopic(clusterName), 1),
    topicConfig(MEMBER_GROUP_PREFIX + brokerName, 1, Perm.INHERIT),
    topicConfig(clusterName, 16, READ_WRITE | Perm.INHERIT),
    topicConfig(brokerName, 1, READ_WRITE | Perm.INHERIT)
  ]
}

/** Whether a topic belongs to the broker, so that nobody may create, change or delete it. */
export function isOwnTopic(topic: string, { brokerName, clusterName }: BrokerIdentity): boolean {
  return isSystemTopic(topic) || topic === brokerName || topic === clusterName || topic === replyTopic(clusterName)
}

function replyTopic(clusterName: string): string {
  return `${clusterName}_REPLY_TOPIC`
}
