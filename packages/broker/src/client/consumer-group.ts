import type { Peer } from '@rocketmq-ts/remoting'
import type { ConsumerData, SubscriptionData } from '@rocketmq-ts/remoting/wire'
import { ownText } from '../own-text'
import type { ConsumerMembership } from './connected-client'
import { type TagsFilter, tagsFilter } from './subscription-filter'

/** One member of a group: a client by the connection over which its heartbeats come. */
export interface Member {
  readonly peer: Peer
  clientId: string
  /** Monotonic milliseconds of the last heartbeat. */
  heardAt: number
}

/** What the group reads of one topic. */
export interface GroupSubscription {
  readonly subVersion: SubscriptionData['subVersion']
  readonly expressionType: string
  readonly filter: TagsFilter
  readonly tagCount: number
  /** For people: cut off, and ending in `…`, when it is very long. */
  readonly expression: string
}

/** How much subscriptions count for: one for each tag, and one for a subscription without tags. */
export function tagCountOf(subscriptions: readonly SubscriptionData[]): number {
  return subscriptions.reduce((sum, { codeSet }) => sum + Math.max(1, codeSet.length), 0)
}

/**
 * A consumer group that has members (read in broker/…/client/ConsumerGroupInfo.java). All members of a group should
 * subscribe to the same: the group has one set of subscriptions, the latest by version.
 */
export class ConsumerGroup {
  readonly name: string
  readonly members = new Map<Peer, Member>()
  readonly #subscriptions = new Map<string, GroupSubscription>()
  messageModel: ConsumerData['messageModel'] = 'CLUSTERING'
  consumeType: ConsumerData['consumeType'] = 'CONSUME_PASSIVELY'
  /** Of the last heartbeat V2; 0 after one of V1. */
  fingerprint = 0

  constructor(name: string) {
    this.name = name
  }

  get isBroadcasting(): boolean {
    return this.messageModel === 'BROADCASTING'
  }

  /** Every client once, also one that has two connections for a while. */
  get clientIds(): readonly string[] {
    return [...new Set([...this.members.values()].map((member) => member.clientId))]
  }

  /** How much its subscriptions count for. */
  get tagCount(): number {
    let sum = 0
    for (const { tagCount } of this.#subscriptions.values()) sum += tagCount
    return sum
  }

  /** What a member is a member of. */
  get membership(): ConsumerMembership {
    const subscriptions = [...this.#subscriptions].map(([topic, { expression }]) => ({ topic, expression }))
    return { group: this.name, messageModel: this.messageModel, subscriptions }
  }

  subscription(topic: string): GroupSubscription | undefined {
    return this.#subscriptions.get(topic)
  }

  /** Takes a heartbeat. Returns whether the connection is a new member. */
  heard(peer: Peer, clientId: string, nowMs: number): boolean {
    const member = this.members.get(peer)
    if (member === undefined) {
      this.members.set(peer, { peer, clientId: ownText(clientId), heardAt: nowMs })
      return true
    }
    if (member.clientId !== clientId) member.clientId = ownText(clientId)
    member.heardAt = nowMs
    return false
  }

  /** Takes the subscriptions of a heartbeat. Returns whether topics came or went. */
  subscribe(subscriptions: readonly SubscriptionData[]): boolean {
    let isChanged = false
    const topics = new Set<string>()
    for (const data of subscriptions) {
      topics.add(data.topic)
      const before = this.#subscriptions.get(data.topic)
      if (before === undefined) isChanged = true
      if (before === undefined || data.subVersion.greaterThan(before.subVersion)) {
        this.#subscriptions.set(ownText(data.topic), groupSubscription(data))
      }
    }
    for (const topic of this.#subscriptions.keys()) if (!topics.has(topic)) isChanged = this.#subscriptions.delete(topic)
    return isChanged
  }
}

function groupSubscription(data: SubscriptionData): GroupSubscription {
  const expressionType = ownText(data.expressionType.slice(0, MAX_TYPE_LENGTH))
  const expression = ownText(shortened(data.subString))
  return { subVersion: data.subVersion, expressionType, filter: tagsFilter(data), tagCount: tagCountOf([data]), expression }
}

/** Enough for the types that exist, and to say which one does not. */
const MAX_TYPE_LENGTH = 64

function shortened(expression: string): string {
  return expression.length > MAX_EXPRESSION_LENGTH ? `${expression.slice(0, MAX_EXPRESSION_LENGTH)}…` : expression
}

/** Enough to see what a group wants. */
const MAX_EXPRESSION_LENGTH = 256
