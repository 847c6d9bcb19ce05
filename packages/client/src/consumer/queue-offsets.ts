import type { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { BrokerUnknownError } from '../errors'
import type { MessageQueue } from '../message-queue'
import { refusal, requireSuccess } from '../requests'
import type { RouteTable } from '../route/route-table'

/** Asks brokers for the offsets of queues and tells them those of a group. Everything rejects with typed errors. */
export class QueueOffsets {
  readonly #remoting: RemotingClient
  readonly #routes: RouteTable
  readonly #options: { readonly timeoutMs: number }
  /** Groups and topics that a broker is known to have a table of offsets for. */
  readonly #tables = new Set<string>()
  readonly #making = new Map<string, Promise<void>>()

  constructor(remoting: RemotingClient, routes: RouteTable, timeoutMs: number) {
    this.#remoting = remoting
    this.#routes = routes
    this.#options = { timeoutMs }
  }

  /** Where the group goes on; `undefined` when it has never committed (read in client/…/store/RemoteBrokerOffsetStore.java). */
  async committed(group: string, queue: MessageQueue): Promise<number | undefined> {
    const row = RequestCode.QUERY_CONSUMER_OFFSET
    const response = await this.#remoting.invoke(this.#any(queue), row, { consumerGroup: group, ...place(queue) }, undefined, this.#options)
    if (response.code === ResponseCode.QUERY_NOT_FOUND) return undefined
    if (response.code !== ResponseCode.SUCCESS) throw refusal(row, response)
    return response.header.offset
  }

  /** The offset of the oldest message there is. */
  async min(queue: MessageQueue): Promise<number> {
    const row = RequestCode.GET_MIN_OFFSET
    return requireSuccess(row, await this.#remoting.invoke(this.#any(queue), row, place(queue), undefined, this.#options)).header.offset
  }

  /** The offset that the next message will get. */
  async max(queue: MessageQueue): Promise<number> {
    const row = RequestCode.GET_MAX_OFFSET
    return requireSuccess(row, await this.#remoting.invoke(this.#any(queue), row, place(queue), undefined, this.#options)).header.offset
  }

  /** The offset of the first message stored at that time or after it. Milliseconds since the epoch. */
  async atTime(queue: MessageQueue, timestampMs: number): Promise<number> {
    const row = RequestCode.SEARCH_OFFSET_BY_TIMESTAMP
    const header = { ...place(queue), timestamp: timestampMs }
    return requireSuccess(row, await this.#remoting.invoke(this.#any(queue), row, header, undefined, this.#options)).header.offset
  }

  /** Commits, and resolves when the broker has it. */
  async commit(group: string, queue: MessageQueue, offset: number): Promise<void> {
    const key = tableKey(group, queue)
    while (!this.#tables.has(key)) {
      const other = this.#making.get(key)
      if (other === undefined) return this.#makeTable(key, this.#commitAnswered(group, queue, offset))
      // Its failure is its own.
      await other.catch(() => undefined)
    }
    await this.#commitAnswered(group, queue, offset)
  }

  /** Commits without asking whether it arrived. Rejects when there is no connection. */
  async commitOneway(group: string, queue: MessageQueue, offset: number): Promise<void> {
    if (!this.#tables.has(tableKey(group, queue))) return this.commit(group, queue, offset)
    await this.#remoting.invokeOneway(this.#master(queue), RequestCode.UPDATE_CONSUMER_OFFSET, commitHeader(group, queue, offset))
  }

  /** A broker is new, or new again: it may have forgotten everything. */
  forgetTables(): void {
    this.#tables.clear()
  }

  /**
   * The first commit of a group for a topic goes alone: official brokers make the table for the topic's queues then, and of two
   * commits at a time one makes it in place of the other's, which is lost (read in broker/…/offset/ConsumerOffsetManager.java).
   */
  async #makeTable(key: string, commit: Promise<void>): Promise<void> {
    this.#making.set(key, commit)
    try {
      await commit
      this.#tables.add(key)
    } finally {
      this.#making.delete(key)
    }
  }

  async #commitAnswered(group: string, queue: MessageQueue, offset: number): Promise<void> {
    const row = RequestCode.UPDATE_CONSUMER_OFFSET
    const header = commitHeader(group, queue, offset)
    requireSuccess(row, await this.#remoting.invoke(this.#master(queue), row, header, undefined, this.#options))
  }

  #any({ brokerName }: MessageQueue): string {
    const address = this.#routes.addressOf(brokerName)
    if (address === undefined) throw new BrokerUnknownError(brokerName, 'any')
    return address
  }

  #master({ brokerName }: MessageQueue): string {
    const address = this.#routes.masterOf(brokerName)
    if (address === undefined) throw new BrokerUnknownError(brokerName, 'master')
    return address
  }
}

function tableKey(group: string, { topic, brokerName }: MessageQueue): string {
  return `${group} ${topic} ${brokerName}`
}

function commitHeader(group: string, queue: MessageQueue, offset: number) {
  return { consumerGroup: group, ...place(queue), commitOffset: offset }
}

function place({ topic, queueId, brokerName }: MessageQueue) {
  return { topic, queueId, bname: brokerName }
}
