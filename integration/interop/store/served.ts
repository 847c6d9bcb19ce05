import { RequestCode, ResponseCode, type TopicConfig } from '@rocketmq-ts/remoting/wire'
import { BrokerLink } from './broker-link'
import { groups } from './contents'
import { inLanes } from './in-lanes'
import { pullAll, type ServedQueue, servedQueue } from './pulled'
import { type IndexAnswers, queryAll, viewAll } from './queried'

/** What a broker answers to everything that can be asked about its messages, as plain data that two brokers can be compared by. */
export interface Served {
  readonly topics: Readonly<Record<string, string>>
  readonly groups: Readonly<Record<string, string>>
  /** By `topic/queueId`. Queues that never had a message are left out: brokers make them when they are asked for one. */
  readonly queues: Readonly<Record<string, ServedQueue>>
  /** What groups have committed, by `group@topic/queueId`; not 0, which official brokers answer for many queues of which they know nothing. */
  readonly committed: Readonly<Record<string, number>>
  /** What VIEW_MESSAGE_BY_ID gives, by `topic@physicalOffset`. */
  readonly byOffset: Readonly<Record<string, string>>
  /** What QUERY_MESSAGE finds. */
  readonly byKey: IndexAnswers
}

/** Asks a broker for everything. Only what its topics, groups and records name is asked for, so equal brokers are asked the same. */
export function servedBy(address: string): Promise<Served> {
  return BrokerLink.with(address, async (link) => {
    const topics = (await link.demand(RequestCode.GET_ALL_TOPIC_CONFIG, {})).body.topicConfigTable
    const pulled = await inLanes(queuesOf(topics), ([topic, queueId]) => pullAll(link, topic, queueId))
    const all = await inLanes(pulled, (queue) => servedQueue(link, queue))
    const records = pulled.flatMap((queue) => queue.records)
    return {
      topics: Object.fromEntries([...topics].map(([topic, config]) => [topic, settingsOf(config)])),
      queues: Object.fromEntries(all.filter(({ max }) => max > 0).map((queue) => [queue.name, queue])),
      groups: await groupsOf(link),
      committed: await committedOf(link, topics),
      byOffset: await viewAll(link, records),
      byKey: await queryAll(link, records)
    }
  })
}

type Topics = ReadonlyMap<string, TopicConfig>

const delayLevels = 18

/** Every queue that a topic may have; of the broker's own topics, of which one has a thousand, no more than there are delay levels. */
function queuesOf(topics: Topics): [topic: string, queueId: number][] {
  return [...topics].sort().flatMap(([topic, { readQueueNums, writeQueueNums }]) => {
    const count = Math.min(delayLevels, Math.max(readQueueNums, writeQueueNums))
    return Array.from({ length: count }, (_, queueId): [string, number] => [topic, queueId])
  })
}

function settingsOf({ readQueueNums, writeQueueNums, perm, topicFilterType, topicSysFlag, order }: TopicConfig): string {
  return `${readQueueNums} ${writeQueueNums} ${perm} ${topicFilterType} ${topicSysFlag} ${order}`
}

/** Settings that both releases know, of the groups that were made. */
async function groupsOf(link: BrokerLink): Promise<Record<string, string>> {
  const { subscriptionGroupTable } = (await link.demand(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, {})).body
  return Object.fromEntries(
    groups.map((group) => {
      const { consumeEnable, consumeBroadcastEnable, retryQueueNums, retryMaxTimes } = subscriptionGroupTable.get(group) ?? {}
      return [group, `${consumeEnable} ${consumeBroadcastEnable} ${retryQueueNums} ${retryMaxTimes}`]
    })
  )
}

async function committedOf(link: BrokerLink, topics: Topics): Promise<Record<string, number>> {
  const committed: Record<string, number> = {}
  for (const consumerGroup of groups)
    for (const [topic, queueId] of queuesOf(topics)) {
      const answer = await link.ask(RequestCode.QUERY_CONSUMER_OFFSET, { consumerGroup, topic, queueId, setZeroIfNotFound: false })
      if (answer.code === ResponseCode.SUCCESS && answer.header.offset > 0)
        committed[`${consumerGroup}@${topic}/${queueId}`] = answer.header.offset
    }
  return committed
}
