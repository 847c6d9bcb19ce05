import type { AnyTopic } from '@rocketmq-ts/client'
import { type DelayLevelTable, dlqTopic, isDlqTopic, isRetryTopic, SUBSCRIBE_ALL } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import type { BrokerNode } from '../broker-node'
import type { ClusterClients } from '../cluster-clients'
import { ClusterError } from '../cluster-error'
import type { ClusterServers } from '../cluster-servers'
import { type ConnectedClient, connectedClients, expressionOf } from './connected-clients'
import { GroupProgress } from './group-progress'
import { recordsOf, type Stored } from './store-reader'
import { type StoredMessage, storedMessage, topicOf, withMore } from './stored-message'
import { type DelayedDetails, originalOf, type RetryDetails, WaitingMessages } from './waiting-messages'

/** A message that a group has given up. Its `topic` is the one it was sent to; `queue` and `queueOffset` are those of the dead letter. */
export interface DeadLetterDetails {
  /** How often the group tried. */
  readonly attempts: number
}

/** What an {@link Inspection} looks at. */
export interface InspectionOptions {
  readonly servers: ClusterServers
  readonly clients: ClusterClients
  readonly delayLevels: DelayLevelTable
  readonly clock: Clock
}

/** Looks inside the brokers of a cluster, whether they run or not. */
export class Inspection {
  readonly #servers: ClusterServers
  readonly #clients: ClusterClients
  readonly #delayLevels: DelayLevelTable
  readonly clock: Clock

  constructor({ servers, clients, delayLevels, clock }: InspectionOptions) {
    this.#servers = servers
    this.#clients = clients
    this.#delayLevels = delayLevels
    this.clock = clock
  }

  get nodes(): readonly BrokerNode[] {
    return this.#servers.brokers
  }

  /** Names of the topics that users made. */
  get topics(): readonly string[] {
    const names = this.#names('topics', ({ contents }) => [...contents.topics.keys()])
    return names.filter((name) => !isRetryTopic(name) && !isDlqTopic(name))
  }

  /** Names of the consumer groups that users made. */
  get groups(): readonly string[] {
    return this.#names('groups', ({ contents }) => contents.groups)
  }

  get clients(): ConnectedClient[] {
    return connectedClients(this.nodes)
  }

  get waiting(): WaitingMessages {
    return new WaitingMessages(this.nodes, this.#delayLevels)
  }

  hasTopic(topic: AnyTopic | string): boolean {
    const { name } = topicOf(topic)
    return this.nodes.some(({ contents }) => contents.topics.has(name))
  }

  hasGroup(group: string): boolean {
    return this.nodes.some(({ contents }) => contents.groups.includes(group))
  }

  /** Tags of a topic that a group has members for; `undefined`: all, or nobody knows. */
  tagsOf(group: string, topic: string): ReadonlySet<string> | undefined {
    const expression = expressionOf(this.nodes, group, topic)
    if (expression === undefined || expression === SUBSCRIBE_ALL || expression.endsWith('…')) return undefined
    return new Set(expression.split('||').map((tag) => tag.trim()))
  }

  /** @throws ClusterError `TOPIC_UNKNOWN` */
  async messages(given: AnyTopic | string): Promise<StoredMessage[]> {
    const topic = this.#known(given)
    return (await recordsOf(this.nodes, topic.name)).map(({ node, record }) => storedMessage(record, { broker: node.name, topic }))
  }

  /** @throws ClusterError `TOPIC_UNKNOWN` */
  delayed(given: AnyTopic | string): Promise<Array<StoredMessage & DelayedDetails>> {
    return this.waiting.delayed(this.#known(given))
  }

  /** @throws ClusterError `GROUP_UNKNOWN` */
  async retries(group: string, topic: AnyTopic | string | undefined): Promise<Array<StoredMessage & RetryDetails>> {
    const retries = await this.waiting.retries(group, this.progress(group))
    return retries.flatMap(({ stored, dueAtMs }) => {
      const message = originalOf(stored, topic === undefined ? undefined : topicOf(topic))
      return message === undefined ? [] : [withMore(message, { dueAtMs })]
    })
  }

  /** @throws ClusterError `GROUP_UNKNOWN` */
  async deadLetters(group: string, topic: AnyTopic | string | undefined): Promise<Array<StoredMessage & DeadLetterDetails>> {
    this.#requireGroup(group)
    return this.deadLettersOf(group, topic)
  }

  /** The same; none of a group that is not known. */
  async deadLettersOf(group: string, topic: AnyTopic | string | undefined): Promise<Array<StoredMessage & DeadLetterDetails>> {
    const given = topic === undefined ? undefined : topicOf(topic)
    return (await this.deadRecords(group)).flatMap((stored) => {
      const message = originalOf(stored, given)
      return message === undefined ? [] : [withMore(message, { attempts: stored.record.reconsumeTimes })]
    })
  }

  deadRecords(group: string): Promise<Stored[]> {
    return recordsOf(this.nodes, dlqTopic(group))
  }

  /** How far a group is now. @throws ClusterError `GROUP_UNKNOWN` */
  progress(group: string): GroupProgress {
    this.#requireGroup(group)
    return new GroupProgress(this.nodes, this.#clients, group)
  }

  #known(given: AnyTopic | string): AnyTopic {
    const topic = topicOf(given)
    if (this.hasTopic(topic)) return topic
    throw new ClusterError('TOPIC_UNKNOWN', `no broker has topic ${topic.name}, only ${listed(this.topics)}`, { topic: topic.name })
  }

  #requireGroup(group: string): void {
    if (this.hasGroup(group)) return
    throw new ClusterError('GROUP_UNKNOWN', `no broker knows consumer group ${group}, only ${listed(this.groups)}`, { group })
  }

  #names(kind: 'topics' | 'groups', of: (node: BrokerNode) => readonly string[]): string[] {
    return [...new Set(this.nodes.flatMap((node) => of(node).filter((name) => node.isUsers(kind, name))))].sort()
  }
}

function listed(names: readonly string[]): string {
  return names.length === 0 ? 'its own' : names.join(', ')
}
