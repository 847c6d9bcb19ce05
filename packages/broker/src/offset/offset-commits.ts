import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import type { MessageStore } from '@rocketmq-ts/store'
import type { GroupTable } from '../group/group-table'
import { Refusal } from '../refusal'
import { queueIdLimit, type TopicTable } from '../topic/topic-table'
import type { CommittedOffset, ConsumerOffsets } from './consumer-offsets'

export interface OffsetCommitsOptions {
  readonly store: MessageStore
  readonly topics: TopicTable
  readonly groups: GroupTable
  readonly offsets: ConsumerOffsets
}

/** Takes committed offsets, kept inside what the queue has: a later one would skip messages that are not sent yet. */
export class OffsetCommits {
  readonly #options: OffsetCommitsOptions

  constructor(options: OffsetCommitsOptions) {
    this.#options = options
  }

  /** Commits, or says why not (read in broker/…/processor/ConsumerManageProcessor.java, `updateConsumerOffset`). */
  commit({ group, topic, queueId, offset }: CommittedOffset): Refusal | undefined {
    const { store, topics, groups, offsets } = this.#options
    const groupName = groups.all.get(group)?.groupName
    if (groupName === undefined) return new Refusal(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, `Group ${group.slice(0, 255)} not exist!`)
    const config = topics.get(topic)
    if (config === undefined) return new Refusal(ResponseCode.TOPIC_NOT_EXIST, `Topic ${topic.slice(0, 255)} not exist!`)
    if (queueId < 0 || queueId >= queueIdLimit(config)) {
      return new Refusal(
        ResponseCode.INVALID_PARAMETER,
        `queueId[${queueId}] is illegal, topic[${topic}] has ${queueIdLimit(config)} queues`
      )
    }
    const inside = Math.max(store.minOffset(topic, queueId), Math.min(store.maxOffset(topic, queueId), offset))
    if (offsets.set(groupName, config.topicName, queueId, inside)) return undefined
    return new Refusal(ResponseCode.SYSTEM_BUSY, 'the broker holds as many consumer offsets as it may')
  }
}
