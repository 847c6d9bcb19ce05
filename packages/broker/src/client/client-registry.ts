import type { Peer } from '@rocketmq-ts/remoting'
import type { ConsumerData } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import { ConsumerGroup } from './consumer-group'

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

  /** A consumer group that has members. */
  consumerGroup(name: string): ConsumerGroup | undefined {
    return this.#groups.get(name)
  }

  /** How many groups a connection is in. */
  groupCount(peer: Peer): number {
    const memberships = this.#memberships.get(peer)
    return memberships === undefined ? 0 : memberships.consumers.size + memberships.producers.size
  }

  /** Takes a heartbeat and returns whether the client should send its subscriptions again. */
  consumerHeard(heartbeat: ConsumerHeartbeat): boolean {
    const { peer, clientId, data, fingerprint, withoutSubscriptions } = heartbeat
    const known = this.#groups.get(data.groupName)
    const group = known ?? new ConsumerGroup(data.groupName)
    this.#groups.set(data.groupName, group)
    this.#of(peer).consumers.add(data.groupName)
    const isOutdated = wantsSubscriptions(known, heartbeat)
    group.fingerprint = fingerprint
    group.messageModel = data.messageModel
    group.consumeType = data.consumeType
    const isNew = group.heard(peer, clientId, this.#clock.monotonic())
    const isSubscribed = !withoutSubscriptions && group.subscribe(data.subscriptionDataSet)
    if (isNew || isSubscribed) this.#onMembersChanged(group)
    return isOutdated
  }

  producerHeard(group: string, peer: Peer): void {
    this.#of(peer).producers.set(group, this.#clock.monotonic())
  }

  leaveConsumerGroup(name: string, peer: Peer): void {
    this.#memberships.get(peer)?.consumers.delete(name)
    const group = this.#groups.get(name)
    if (group === undefined || !group.members.delete(peer)) return
    if (group.members.size === 0) this.#groups.delete(name)
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

  #of(peer: Peer): Memberships {
    const known = this.#memberships.get(peer)
    if (known !== undefined) return known
    const memberships: Memberships = { consumers: new Set(), producers: new Map() }
    this.#memberships.set(peer, memberships)
    return memberships
  }
}

/**
 * A V2 client leaves its subscriptions out while the broker knows their fingerprint. It is asked for them when another
 * client of the group has others (read in broker/…/processor/ClientManageProcessor.java), and, unlike upstream, when the
 * broker knows none, as after a restart: nothing could be pulled until the client happens to send them.
 */
function wantsSubscriptions(known: ConsumerGroup | undefined, { fingerprint, withoutSubscriptions }: ConsumerHeartbeat): boolean {
  if (fingerprint === 0) return true
  return known === undefined ? withoutSubscriptions : known.fingerprint !== fingerprint
}
