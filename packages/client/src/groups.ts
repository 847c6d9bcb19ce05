import type { ConsumerData, HeartbeatData } from '@rocketmq-ts/remoting/wire'
import { GroupInUseError } from './errors'

/** A consumer group's member as this client's heartbeats tell of it. */
export interface GroupMembership {
  readonly group: string
  /** What it subscribes to, as text: to tell a contradiction from a repetition. */
  readonly subscriptionsText: string
  /** For the heartbeat. */
  readonly data: ConsumerData
  /** The broker says that members came or went. */
  membersChanged(): void
}

/**
 * The groups that this client is in, and the heartbeat that says so. `version` goes up whenever brokers must hear of a new one;
 * of those that were left they are told by UNREGISTER_CLIENT.
 */
export class Groups {
  readonly #clientId: string
  readonly #producers = new Map<string, number>()
  readonly #members = new Map<string, GroupMembership>()
  #version = 0

  constructor(clientId: string) {
    this.#clientId = clientId
  }

  get version(): number {
    return this.#version
  }

  get hasConsumers(): boolean {
    return this.#members.size > 0
  }

  get consumerGroups(): readonly string[] {
    return [...this.#members.keys()]
  }

  /** Producers of one group may be many. Returns what takes this one out; `true` from it: it was the group's last. */
  addProducer(group: string): () => boolean {
    this.#producers.set(group, (this.#producers.get(group) ?? 0) + 1)
    this.#version++
    let isIn = true
    return () => {
      const left = (this.#producers.get(group) ?? 0) - (isIn ? 1 : 0)
      isIn = false
      if (left > 0) this.#producers.set(group, left)
      else this.#producers.delete(group)
      return left <= 0
    }
  }

  /**
   * A client is one member of a group: two consumers of it would read the same queues.
   *
   * @throws GroupInUseError
   */
  addMember(member: GroupMembership): () => void {
    const other = this.#members.get(member.group)
    if (other !== undefined) throw new GroupInUseError(member.group, contradiction(other, member))
    this.#members.set(member.group, member)
    this.#version++
    return () => {
      if (this.#members.get(member.group) === member) this.#members.delete(member.group)
    }
  }

  memberOf(group: string): GroupMembership | undefined {
    return this.#members.get(group)
  }

  /** What a heartbeat says now; `undefined` when there is nothing to say. */
  heartbeat(): HeartbeatData | undefined {
    if (this.#members.size === 0 && this.#producers.size === 0) return undefined
    return {
      clientID: this.#clientId,
      producerDataSet: [...this.#producers.keys()].map((groupName) => ({ groupName })),
      consumerDataSet: [...this.#members.values()].map(({ data }) => data)
    }
  }
}

function contradiction(a: GroupMembership, b: GroupMembership): string | undefined {
  return a.subscriptionsText === b.subscriptionsText ? undefined : `${a.subscriptionsText} and ${b.subscriptionsText}`
}
