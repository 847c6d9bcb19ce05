import type { CreateTopicRequestHeader, SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import { groupNameProblem, MAX_GROUP_LENGTH_BEFORE_5_4, Perm, topicNameProblem } from '@rocketmq-ts/remoting/wire'
import { OptionError } from './errors'
import { checkBoolean, checkKeys, checkNumber, checkTexts } from './option-checks'

/** What a topic is like; the same names as in `@rocketmq-ts/server` and `@rocketmq-ts/testing`. */
export interface TopicOptions {
  /** Queues to read and to write, 1 to 65,536. Default: the broker's `defaultTopicQueueNums`, 8 unless `brokerConfig` says otherwise. */
  readonly queues?: number
  /** Bits 4 read, 2 write. Default 6. */
  readonly perm?: number
  /** Whether producers and consumers are to treat it as ordered. Default `false`. */
  readonly order?: boolean
  /** Such as `{ 'message.type': 'FIFO' }`. Brokers before 5.0 do not know attributes: there a topic with some is refused. */
  readonly attributes?: Readonly<Record<string, string>>
}

/** What a consumer group is like; the same names as in `@rocketmq-ts/testing`. */
export interface GroupOptions {
  /**
   * How often a message that failed is delivered again before it becomes a dead letter. Only for clients that do not say so themselves:
   * Java's do with `maxReconsumeTimes`, ours with `maxAttempts`. Default 16.
   */
  readonly maxRetries?: number
  /** Queues of its retry topic; 0: what fails is dropped. Default 1. */
  readonly retryQueues?: number
  /** Whether its pulls are answered. Default `true`. */
  readonly mayConsume?: boolean
  /** Whether its members may each have all messages. Default `true`. */
  readonly mayBroadcast?: boolean
  /** Whether its members are told of each other. Default `true`. */
  readonly tellsMembers?: boolean
}

/** What has been checked can be sent as it is. */
export type TopicSettings = CreateTopicRequestHeader
export type GroupSettings = SubscriptionGroupConfig

const topicKeys: readonly (keyof TopicOptions)[] = ['queues', 'perm', 'order', 'attributes']
const groupKeys: readonly (keyof GroupOptions)[] = ['maxRetries', 'retryQueues', 'mayConsume', 'mayBroadcast', 'tellsMembers']
const maxInt = 2 ** 31 - 1

/** `at` is where the options stand, for the error: `topics.orders`. */
export function topicSettings(at: string, name: string, options: TopicOptions, defaultQueues = 8): TopicSettings {
  checkName(at, topicNameProblem(name))
  checkKeys(at, options, topicKeys)
  const queues = checkNumber(`${at}.queues`, options.queues, 1, 65_536) ?? defaultQueues
  const attributes = checkTexts(`${at}.attributes`, options.attributes ?? {})
  return Object.freeze({
    topic: name,
    defaultTopic: name,
    readQueueNums: queues,
    writeQueueNums: queues,
    perm: checkNumber(`${at}.perm`, options.perm, 0, 15) ?? Perm.READ | Perm.WRITE,
    topicFilterType: 'SINGLE_TAG',
    order: checkBoolean(`${at}.order`, options.order) ?? false,
    ...(attributes.size > 0 && { attributes: [...attributes].map(([key, value]) => `+${key}=${value}`).join(',') })
  })
}

/** The members that upstream's class has in both releases, with its defaults. */
export function groupSettings(at: string, name: string, options: GroupOptions): GroupSettings {
  checkName(at, groupNameProblem(name, MAX_GROUP_LENGTH_BEFORE_5_4))
  checkKeys(at, options, groupKeys)
  return Object.freeze({
    groupName: name,
    consumeEnable: checkBoolean(`${at}.mayConsume`, options.mayConsume) ?? true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: checkBoolean(`${at}.mayBroadcast`, options.mayBroadcast) ?? true,
    retryQueueNums: checkNumber(`${at}.retryQueues`, options.retryQueues, 0, 65_536) ?? 1,
    retryMaxTimes: checkNumber(`${at}.maxRetries`, options.maxRetries, 0, maxInt) ?? 16,
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: checkBoolean(`${at}.tellsMembers`, options.tellsMembers) ?? true
  })
}

function checkName(at: string, problem: string | undefined): void {
  if (problem !== undefined) throw new OptionError(at, `cannot be: ${problem}`)
}
