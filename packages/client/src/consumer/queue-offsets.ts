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
    const row = RequestCode.UPDATE_CONSUMER_OFFSET
    const header = { consumerGroup: group, ...place(queue), commitOffset: offset }
    requireSuccess(row, await this.#remoting.invoke(this.#master(queue), row, header, undefined, this.#options))
  }

  /** Commits without asking whether it arrived. Rejects when there is no connection. */
  async commitOneway(group: string, queue: MessageQueue, offset: number): Promise<void> {
    const header = { consumerGroup: group, ...place(queue), commitOffset: offset }
    await this.#remoting.invokeOneway(this.#master(queue), RequestCode.UPDATE_CONSUMER_OFFSET, header)
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

function place({ topic, queueId, brokerName }: MessageQueue) {
  return { topic, queueId, bname: brokerName }
}
