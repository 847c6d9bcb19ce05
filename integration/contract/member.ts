import type { deadLetter, Message, retry } from '@rocketmq-ts/client'
import type { Bench, Client } from './bench'
import { queueName, watchGroup } from './group-watch'
import type { Delivered } from './history'
import { digestOfReceived, UID } from './parcel'

export type PushConsumer = ReturnType<Client['pushConsumer']>
type Outcome = ReturnType<typeof retry> | ReturnType<typeof deadLetter> | undefined

/** What a row's handler is given: the message and what the history says of it. */
export type Handle = (delivered: Delivered, message: Message) => Outcome | Promise<Outcome>

export interface MemberOptions {
  readonly group: string
  readonly topic: string
  /** Also the name of its connections on the tap. */
  readonly member: string
  readonly tags?: readonly string[]
  readonly concurrency?: number
  readonly maxAttempts?: number
  readonly handle?: Handle
}

/** One push consumer with a client of its own, which writes into the history what it gets and what it does with it. */
export class Member {
  readonly name: string
  readonly consumer: PushConsumer
  readonly #topic: string
  readonly #client: Client

  private constructor(name: string, topic: string, client: Client, consumer: PushConsumer) {
    this.name = name
    this.#topic = topic
    this.#client = client
    this.consumer = consumer
  }

  /** Joins the group and resolves when it is ready. */
  static async join(bench: Bench, options: MemberOptions): Promise<Member> {
    const { group, topic, member, tags, concurrency = 16, maxAttempts, handle = consumed } = options
    const client = await bench.connect(member)
    const consumer = client.pushConsumer(
      {
        group,
        subscriptions: [{ topic, ...(tags === undefined ? {} : { tags }) }],
        from: 'first',
        concurrency,
        ...(maxAttempts === undefined ? {} : { maxAttempts })
      },
      async (message) => {
        const delivered = deliveryOf(message, group, member)
        bench.history.add(delivered)
        const settled = (outcome: 'consumed' | 'retry' | 'dead-letter'): void =>
          bench.history.add({ type: 'settled', uid: delivered.uid, group, member, outcome })
        try {
          const outcome = await handle(delivered, message)
          settled(outcomeName(outcome))
          return outcome
        } catch (error) {
          settled('retry')
          throw error
        }
      }
    )
    consumer.events.on('revoked', ({ queue }) => {
      bench.history.add({ type: 'released', group, member, queue: queueName(queue.topic, queue.queueId) })
    })
    await consumer.ready
    return new Member(member, topic, client, consumer)
  }

  /** Ids of the topic's queues that it says it owns. */
  get queueIds(): number[] {
    return this.consumer.queues.filter((queue) => queue.topic === this.#topic).map((queue) => queue.queueId)
  }

  /** Leaves the group in order. */
  async leave(): Promise<void> {
    await this.#client.close({ timeoutMs: 30_000 })
  }
}

/** Lets the history show when members of a group take queues and what they commit. Before the first of them joins. */
export function watchMoves(bench: Bench, group: string, topic: string): void {
  watchGroup(bench.tap, bench.history, group, topic)
}

/** Says what is missing until every queue of the topic has exactly one owner and the shares differ by one at most. */
export function sharesMissing(members: readonly Member[], queues: number): string | undefined {
  const shares = members.map((member) => member.queueIds)
  const owned = shares.flat()
  const isFair = shares.every((share) => share.length >= Math.floor(queues / members.length))
  if (owned.length === queues && new Set(owned).size === queues && isFair) return undefined
  return `one owner for each of ${queues} queues: ${members.map(({ name }, at) => `${name} [${shares[at]}]`).join(', ')}`
}

export function deliveryOf(message: Message, group: string, member: string): Delivered {
  return {
    type: 'delivered',
    uid: message.properties.get(UID) ?? `without uid: ${message.messageId}`,
    group,
    member,
    queue: queueName(message.queue.topic, message.queue.queueId),
    offset: message.queueOffset,
    attempt: message.attempt,
    digest: digestOfReceived(message)
  }
}

function consumed(): undefined {}

function outcomeName(outcome: Outcome): 'consumed' | 'retry' | 'dead-letter' {
  if (outcome === undefined) return 'consumed'
  return outcome.kind === 'RETRY' ? 'retry' : 'dead-letter'
}
