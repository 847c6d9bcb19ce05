import type { RemotingServer } from '@rocketmq-ts/remoting'
import { RequestCode, UniqueKeySource } from '@rocketmq-ts/remoting/wire'
import { type Endpoint, RepeatedLog } from 'net-ts-protocol-kit'
import type { ResolvedBrokerOptions } from './broker-options'
import type { BrokerTables } from './broker-tables'
import { ClientRegistry } from './client/client-registry'
import type { ConsumerGroup } from './client/consumer-group'
import { MembershipNotices } from './client/membership-notices'
import { SubscriptionTexts } from './client/subscription-filter'
import { DelayDelivery } from './delay/delay-delivery'
import { OffsetCommits } from './offset/offset-commits'
import { consumerList } from './processor/consumer-list'
import { queryConsumerOffset, updateConsumerOffset } from './processor/consumer-offset'
import { allGroups, createGroup } from './processor/group-admin'
import { HeartbeatProcessor } from './processor/heartbeat'
import { lockQueues, unlockQueues } from './processor/lock-queues'
import { PullMessageProcessor } from './processor/pull-message'
import { queryMessage, viewMessage } from './processor/query-message'
import { earliestStoreTime, maxOffset, minOffset, searchOffset } from './processor/queue-offset'
import { SendBackProcessor } from './processor/send-back'
import { SendMessageProcessor } from './processor/send-message'
import { TopicAdminProcessor } from './processor/topic-admin'
import { HeldPulls } from './pull/held-pulls'
import { PullSubscriptions } from './pull/pull-subscription'
import { QueueLocks } from './queue-locks'
import { MessageAppender } from './send/message-appender'
import { OffsetIds } from './send/offset-ids'
import { RetrySends } from './send/retry-sends'
import { SendChecks } from './send/send-checks'
import { TopicCreation } from './topic/topic-creation'
import { TurnCommit } from './turn-commit'

export interface BrokerServicesOptions {
  readonly options: ResolvedBrokerOptions
  readonly tables: BrokerTables
  /** The address that message records carry. */
  readonly storeHost: Endpoint
  /** Settles when every nameserver knows the topics as they are now, or cannot be told. */
  readonly registered: () => Promise<void>
}

/** Official `regionId`. */
const REGION_ID = 'DefaultRegion'

/** What a running broker consists of, put together. */
export class BrokerServices {
  readonly clients: ClientRegistry
  readonly notices: MembershipNotices
  readonly locks: QueueLocks
  readonly heldPulls: HeldPulls
  readonly delays: DelayDelivery
  readonly commit: TurnCommit
  readonly topicAdmin: TopicAdminProcessor
  readonly #given: BrokerServicesOptions
  readonly #creation: TopicCreation
  readonly #log: RepeatedLog

  constructor(given: BrokerServicesOptions) {
    const { options, tables, registered } = given
    const { store, clock, limits, delayLevels: levels } = options
    this.#given = given
    this.#log = new RepeatedLog({ clock, logger: options.logger })
    this.commit = new TurnCommit(store, clock)
    this.locks = new QueueLocks(clock, limits.maxLocks)
    this.heldPulls = new HeldPulls(store, clock, limits.maxHeldPulls)
    this.#creation = new TopicCreation(tables.topics, limits, clock, options.autoCreateTopics)
    this.notices = new MembershipNotices(clock, (error) =>
      this.#log.log('warn', 'notice', 'a member of a group could not be told of a change', { error })
    )
    this.clients = new ClientRegistry(clock, (group) => this.#membersChanged(group))
    const onProgress = (): void => tables.delaysProgressed(() => this.delays.offsets)
    const onError = (error: unknown): void =>
      this.#log.log('error', 'delay', 'delayed messages could not be delivered; tried again', { error })
    this.delays = new DelayDelivery({ store, clock, commit: this.commit, levels, onProgress, onError })
    const identity = { brokerName: options.name, clusterName: options.clusterName }
    const { topics, offsets } = tables
    const saved = (): Promise<void> => tables.flush()
    this.topicAdmin = new TopicAdminProcessor({ store, topics, offsets, identity, limits, registered, saved })
  }

  /** Tells a server who answers what. */
  register(server: Pick<RemotingServer, 'register'>): void {
    this.#registerSending(server)
    this.#registerConsuming(server)
    this.#registerClients(server)
    this.#registerAdministration(server)
  }

  #registerSending(server: Pick<RemotingServer, 'register'>): void {
    const { options, tables, storeHost } = this.#given
    const { store, clock, limits, clusterName } = options
    const creation = this.#creation
    const commit = this.commit
    const appender = new MessageAppender(store, options.delayLevels, storeHost)
    const checks = new SendChecks({ topics: tables.topics, creation, limits })
    const retrySends = new RetrySends(tables.groups, this.locks, creation)
    const topicSaved = (topic: string): Promise<boolean> | undefined => tables.topicSaved(topic)
    const { send } = new SendMessageProcessor({
      clock,
      checks,
      retrySends,
      appender,
      commit,
      topicSaved,
      offsetIds: new OffsetIds(storeHost),
      uniqueKeys: new UniqueKeySource({
        host: storeHost.host,
        processId: storeHost.port,
        loaderHash: Math.floor(clock.random() * 2 ** 31)
      }),
      limits,
      mark: { regionId: REGION_ID, traceOn: true, clusterName }
    })
    server.register(RequestCode.SEND_MESSAGE, send)
    server.register(RequestCode.SEND_MESSAGE_V2, send)
    server.register(RequestCode.SEND_BATCH_MESSAGE, send)
    const { sendBack } = new SendBackProcessor({ store, clock, groups: tables.groups, creation, appender, commit, topicSaved })
    server.register(RequestCode.CONSUMER_SEND_MSG_BACK, sendBack)
  }

  #registerConsuming(server: Pick<RemotingServer, 'register'>): void {
    const { options, tables } = this.#given
    const { store, clock, limits, onPulled } = options
    const { topics, groups, offsets } = tables
    const commits = new OffsetCommits({ store, topics, groups, offsets })
    const subscriptions = new PullSubscriptions(this.clients, new SubscriptionTexts(limits.maxTags))
    const { pull } = new PullMessageProcessor({
      store,
      clock,
      topics,
      groups,
      subscriptions,
      commits,
      heldPulls: this.heldPulls,
      limits,
      onPulled
    })
    server.register(RequestCode.PULL_MESSAGE, pull)
    server.register(RequestCode.LITE_PULL_MESSAGE, pull)
    server.register(RequestCode.UPDATE_CONSUMER_OFFSET, updateConsumerOffset(commits))
    server.register(RequestCode.QUERY_CONSUMER_OFFSET, queryConsumerOffset(offsets, store))
    server.register(RequestCode.GET_MAX_OFFSET, maxOffset(store))
    server.register(RequestCode.GET_MIN_OFFSET, minOffset(store))
    server.register(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, searchOffset(store))
    server.register(RequestCode.GET_EARLIEST_MSG_STORETIME, earliestStoreTime(store))
    server.register(RequestCode.QUERY_MESSAGE, queryMessage(store))
    server.register(RequestCode.VIEW_MESSAGE_BY_ID, viewMessage(store))
  }

  #registerClients(server: Pick<RemotingServer, 'register'>): void {
    const { options, tables } = this.#given
    const { topics, groups } = tables
    const { limits, name: brokerName } = options
    const clients = new HeartbeatProcessor({ clients: this.clients, groups, topics, creation: this.#creation, limits })
    server.register(RequestCode.HEART_BEAT, clients.heartbeat)
    server.register(RequestCode.UNREGISTER_CLIENT, clients.unregister)
    server.register(RequestCode.CHECK_CLIENT_CONFIG, clients.checkClient)
    server.register(RequestCode.GET_CONSUMER_LIST_BY_GROUP, consumerList(this.clients))
    const locking = { locks: this.locks, topics, brokerName, limits }
    server.register(RequestCode.LOCK_BATCH_MQ, lockQueues(locking))
    server.register(RequestCode.UNLOCK_BATCH_MQ, unlockQueues(locking))
  }

  #registerAdministration(server: Pick<RemotingServer, 'register'>): void {
    const { options, tables } = this.#given
    server.register(RequestCode.UPDATE_AND_CREATE_TOPIC, this.topicAdmin.createTopic)
    server.register(RequestCode.DELETE_TOPIC_IN_BROKER, this.topicAdmin.deleteTopic)
    server.register(RequestCode.GET_ALL_TOPIC_CONFIG, this.topicAdmin.allTopics)
    server.register(
      RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
      createGroup({ groups: tables.groups, limits: options.limits, saved: () => tables.flush() })
    )
    server.register(RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG, allGroups(tables.groups))
  }

  #membersChanged(group: ConsumerGroup): void {
    const isWanted = this.#given.tables.groups.all.get(group.name)?.notifyConsumerIdsChangedEnable !== false
    if (isWanted && !group.isBroadcasting) this.notices.changed(group.name, () => group.members.keys())
  }
}
