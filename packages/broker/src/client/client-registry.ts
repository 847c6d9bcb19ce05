import type { Peer } from '@rocketmq-ts/remoting'
import type { ConsumerData, HeartbeatData } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import { ownText } from '../own-text'
import type { ClientIdentity, ConnectedClient } from './connected-client'
import { ConsumerGroup, tagCountOf } from './consumer-group'

/** How long a client is kept in a group after its last heartbeat for it. Milliseconds. */
export const CLIENT_EXPIRY_MS = 120_000

/** What one heartbeat says of one consumer group. */
export interface ConsumerHeartbeat {
  readonly peer: Peer
  readonly clientId: string
  readonly data: ConsumerData
  /** 0: heartbeat V1. */
  readonly fingerprint: number
  /** V2 with the subscriptions left out, because the broker should know them. */
  readonly withoutSubscriptions: boolean
}

/** The groups of one connection. */
interface Memberships {
  readonly consumers: Set<string>
  /** Producer group → monotonic milliseconds of the last heartbeat. */
  readonly producers: Map<string, number>
}

/** Who is there: the members of consumer and producer groups (read in broker/…/client/ConsumerManager.java, ProducerManager.java). */
export class ClientRegistry {
  readonly #clock: Clock
  readonly #groups = new Map<string, ConsumerGroup>()
  readonly #memberships = new Map<Peer, Memberships>()
  readonly #identities = new WeakMap<Peer, ClientIdentity>()
  #tagCount = 0
  readonly #onMembersChanged: (group: ConsumerGroup) => void

  /** `onMembersChanged` is called when members of a group came or went, or topics of its subscriptions did. */
  constructor(clock: Clock, onMembersChanged: (group: ConsumerGroup) => void) {
    this.#clock = clock
    this.#onMembersChanged = onMembersChanged
  }

  /** How many connections are in a group. */
  get size(): number {
    return this.#memberships.size
  }

  /** Connections that are in a group, and who they are. */
  get connected(): readonly ConnectedClient[] {
    return [...this.#memberships.keys()].flatMap((peer) => this.#connectedClient(peer) ?? [])
  }

  /** Notes what a client says of itself. */
  introduced(peer: Peer, { clientId, language, version }: ClientIdentity): void {
    const known = this.#identities.get(peer)
    if (known?.clientId === clientId && known.language === language && known.version === version) return
    const ownLanguage = typeof language === 'string' ? ownText(language) : language
    this.#identities.set(peer, { clientId: ownText(clientId), language: ownLanguage, version })
  }

  /** A consumer group that has members. */
  consumerGroup(name: string): ConsumerGroup | undefined {
    return this.#groups.get(name)
  }

  /** How many groups a connection would be in after a heartbeat. */
  groupCountAfter(peer: Peer, { consumerDataSet, producerDataSet }: HeartbeatData): number {
    const { consumers, producers } = this.#memberships.get(peer) ?? NO_MEMBERSHIPS
    const joined = consumerDataSet.filter(({ groupName }) => !consumers.has(groupName))
    const produced = producerDataSet.filter(({ groupName }) => !producers.has(groupName))
    return consumers.size + producers.size + joined.length + produced.length
  }

  /** How much the subscriptions of all groups would count for after a heartbeat. */
  tagCountAfter({ consumerDataSet }: HeartbeatData): number {
    const before = consumerDataSet.reduce((sum, { groupName }) => sum + (this.#groups.get(groupName)?.tagCount ?? 0), 0)
    const after = consumerDataSet.reduce((sum, { subscriptionDataSet }) => sum + tagCountOf(subscriptionDataSet), 0)
    return this.#tagCount - before + after
  }

  /** Takes a heartbeat and returns whether the client should send its subscriptions again. */
  consumerHeard(heartbeat: ConsumerHeartbeat): boolean {
    const { peer, clientId, data, fingerprint, withoutSubscriptions } = heartbeat
    const known = this.#groups.get(data.groupName)
    const group = known ?? new ConsumerGroup(ownText(data.groupName))
    this.#groups.set(group.name, group)
    this.#of(peer).consumers.add(group.name)
    const isOutdated = wantsSubscriptions(known, heartbeat)
    group.fingerprint = fingerprint
    group.messageModel = data.messageModel
    group.consumeType = data.consumeType
    const isNew = group.heard(peer, clientId, this.#clock.monotonic())
    const isSubscribed = !withoutSubscriptions && this.#subscribe(group, data)
    if (isNew || isSubscribed) this.#onMembersChanged(group)
    return isOutdated
  }

  producerHeard(group: string, peer: Peer): void {
    const { producers } = this.#of(peer)
    producers.set(producers.has(group) ? group : ownText(group), this.#clock.monotonic())
  }

  leaveConsumerGroup(name: string, peer: Peer): void {
    this.#memberships.get(peer)?.consumers.delete(name)
    const group = this.#groups.get(name)
    if (group === undefined || !group.members.delete(peer)) return
    if (group.members.size === 0) this.#forget(group)
    this.#onMembersChanged(group)
  }

  leaveProducerGroup(name: string, peer: Peer): void {
    this.#memberships.get(peer)?.producers.delete(name)
  }

  /** A connection closed: its client is no longer a member of anything. */
  connectionClosed(peer: Peer): void {
    for (const name of this.#memberships.get(peer)?.consumers ?? []) this.leaveConsumerGroup(name, peer)
    this.#memberships.delete(peer)
  }

  /** Drops members that were silent for too long, and returns the connections that are in no group any more. */
  dropSilent(): Peer[] {
    const since = this.#clock.monotonic() - CLIENT_EXPIRY_MS
    for (const group of [...this.#groups.values()]) {
      for (const { peer, heardAt } of group.members.values()) if (heardAt < since) this.leaveConsumerGroup(group.name, peer)
    }
    const left: Peer[] = []
    for (const [peer, { consumers, producers }] of this.#memberships) {
      for (const [name, heardAt] of producers) if (heardAt < since) producers.delete(name)
      if (consumers.size + producers.size === 0) left.push(peer)
    }
    for (const peer of left) this.#memberships.delete(peer)
    return left
  }

  #connectedClient(peer: Peer): ConnectedClient | undefined {
    const identity = this.#identities.get(peer)
    if (identity === undefined) return undefined
    const { consumers, producers } = this.#of(peer)
    const consumerGroups = [...consumers].flatMap((name) => this.#groups.get(name)?.membership ?? [])
    return { ...identity, address: peer.remote, producerGroups: [...producers.keys()], consumerGroups }
  }

  #subscribe(group: ConsumerGroup, data: ConsumerData): boolean {
    this.#tagCount -= group.tagCount
    const isChanged = group.subscribe(data.subscriptionDataSet)
    this.#tagCount += group.tagCount
    return isChanged
  }

  #forget(group: ConsumerGroup): void {
    this.#groups.delete(group.name)
    this.#tagCount -= group.tagCount
  }

  #of(peer: Peer): Memberships {
    const known = this.#memberships.get(peer)
    if (known !== undefined) return known
    const memberships: Memberships = { consumers: new Set(), producers: new Map() }
    this.#memberships.set(peer, memberships)
    return memberships
  }
}

const NO_MEMBERSHIPS: Memberships = { consumers: new Set(), producers: new Map() }

/**
 * A V2 client leaves its subscriptions out while the broker knows their fingerprint. It is asked for them when another
 * client of the group has others (read in broker/…/processor/ClientManageProcessor.java), and, unlike upstream, when the
 * broker knows none, as after a restart: nothing could be pulled until the client happens to send them.
 */
function wantsSubscriptions(known: ConsumerGroup | undefined, { fingerprint, withoutSubscriptions }: ConsumerHeartbeat): boolean {
  if (fingerprint === 0) return true
  return known === undefined ? withoutSubscriptions : known.fingerprint !== fingerprint
}
