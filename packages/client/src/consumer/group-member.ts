import type { ConsumerData, ConsumeType } from '@rocketmq-ts/remoting/wire'
import Long from 'long'
import { type MessageQueue, queueKey } from '../message-queue'
import { subscriptionsText, type TopicSubscription } from '../subscription'
import type { ConsumerParts } from './consumer-parts'
import { Rebalance } from './rebalance'
import { consumeFromWhere, type StartFrom } from './start-from'

/** What a member of a group is. */
export interface MemberSettings {
  readonly group: string
  readonly subscriptions: readonly TopicSubscription[]
  readonly consumeType: ConsumeType
  readonly from: StartFrom
}

/** Takes and gives up queues. */
export interface QueueOwner {
  /** `graceMs`: how long to leave another member to commit its last offset. */
  gained(queue: MessageQueue, graceMs: number): void
  lost(queue: MessageQueue): void
}

/** Official clients wait as long before the first pull, though not before asking for the offset (read in client/…/consumer/RebalanceImpl.java). */
const GRACE_MS = 500

/**
 * This client's membership in one consumer group: known to every broker by heartbeat, and the queues it owns by
 * rebalancing.
 */
export class GroupMember {
  readonly group: string
  readonly subscriptionsText: string
  readonly data: ConsumerData
  readonly #parts: ConsumerParts
  readonly #topics: readonly string[]
  readonly #owner: QueueOwner
  readonly #rebalance: Rebalance
  readonly #leaveGroups: () => void
  readonly #unwatch: ReadonlyArray<() => void>
  #owned = new Map<string, MessageQueue>()
  #isIn = true

  /** @throws GroupInUseError */
  constructor(parts: ConsumerParts, settings: MemberSettings, owner: QueueOwner) {
    this.#parts = parts
    this.#owner = owner
    this.group = settings.group
    this.subscriptionsText = subscriptionsText(settings.subscriptions)
    this.data = consumerData(settings)
    this.#topics = settings.subscriptions.map(({ topic }) => topic.name)
    this.#leaveGroups = parts.groups.addMember(this)
    this.#unwatch = this.#topics.map((topic) => parts.routes.watch(topic))
    this.#rebalance = new Rebalance(parts, settings.group, this.#topics, (...assigned) => this.#assign(...assigned))
  }

  get owned(): readonly MessageQueue[] {
    return [...this.#owned.values()]
  }

  /** Registers with the brokers of the topics and takes its share. Resolves when it has; never rejects. */
  async join(): Promise<void> {
    const { routes, links } = this.#parts
    // A topic that has no route yet is found by the table as soon as it has.
    await Promise.all(this.#topics.map((topic) => routes.refresh(topic)))
    await links.tellAll()
    this.#rebalance.soon()
    await this.#rebalance.settled
  }

  membersChanged(): void {
    this.#rebalance.soon()
  }

  /** Gives up every queue and is no longer part of heartbeats. Brokers are told by the caller. */
  leave(): void {
    if (!this.#isIn) return
    this.#isIn = false
    this.#rebalance.close()
    for (const unwatch of this.#unwatch) unwatch()
    this.#leaveGroups()
    const owned = this.owned
    this.#owned.clear()
    for (const queue of owned) this.#owner.lost(queue)
  }

  #assign(topic: string, queues: readonly MessageQueue[], isShared: boolean): void {
    const before = this.owned.filter((queue) => queue.topic === topic)
    const next = new Set(queues.map(queueKey))
    for (const queue of before) if (!next.has(queueKey(queue))) this.#lose(queue)
    for (const queue of queues) if (!this.#owned.has(queueKey(queue))) this.#gain(queue, isShared)
  }

  #lose(queue: MessageQueue): void {
    this.#owned.delete(queueKey(queue))
    this.#owner.lost(queue)
  }

  #gain(queue: MessageQueue, isShared: boolean): void {
    this.#owned.set(queueKey(queue), queue)
    this.#owner.gained(queue, isShared ? GRACE_MS : 0)
  }
}

function consumerData({ group, subscriptions, consumeType, from }: MemberSettings): ConsumerData {
  return {
    groupName: group,
    consumeType,
    messageModel: 'CLUSTERING',
    consumeFromWhere: consumeFromWhere(from),
    subscriptionDataSet: subscriptions.map(({ wire }) => ({ ...wire, subVersion: Long.fromNumber(wire.subVersion) })),
    unitMode: false
  }
}
