import Long from 'long'
import { type CloseOptions, type CloseReport, COMPLETE, readCloseTimeout } from '../close-report'
import { Deferred } from '../deferred'
import { ClosedError, causeText, OffsetOutOfRangeError, QueueNotOwnedError, type RequestRefusedError } from '../errors'
import { EventSource, type Events } from '../events'
import type { Message } from '../message'
import { type MessageQueue, queueKey, queueText } from '../message-queue'
import { within } from '../sleep'
import { AssignedQueues, type QueueRange } from './assigned-queues'
import type { Batch, PulledBatch } from './batch'
import { type ConsumerHealth, queueHealth } from './consumer-health'
import { ConsumerLife } from './consumer-life'
import type { ConsumerParts } from './consumer-parts'
import { GroupMember, type QueueOwner } from './group-member'
import type { PullSettings } from './pull-loop'
import type { ResolvedPullOptions } from './pull-options'
import { PullQueue, type PullQueueListener } from './pull-queue'
import type { QueueEvents } from './push-events'
import { topicFinder } from './topic-finder'

/** What a pull consumer is given by its client. */
export interface PullConsumerSetup {
  readonly parts: ConsumerParts
  readonly options: ResolvedPullOptions
  /** Called when it has given up its queues: tells every broker that this client has left the group. Never rejects. */
  left(): Promise<void>
}

/** How long a broker may hold a pull (read in client/…/consumer/DefaultLitePullConsumer.java). */
const SUSPEND_MS = 20_000

/** A record that cannot be read is asked for so often before the loop is told. */
const UNREADABLE_TIMES = 5

/**
 * Hands out messages batch by batch to whoever iterates it: `for await (const batch of consumer)`. The loop is the
 * back-pressure, and the loop decides what is committed. Made by `client.pullConsumer()`, fetching from the start,
 * recovering by itself until it or its client is closed.
 */
export class PullConsumer<M extends Message = Message> implements AsyncIterable<Batch<M>> {
  readonly group: string
  /** What happens to it. */
  readonly events: Events<QueueEvents>
  readonly #setup: PullConsumerSetup
  readonly #events: EventSource<QueueEvents>
  readonly #life: ConsumerLife
  readonly #member: GroupMember | AssignedQueues
  readonly #queues = new Map<string, PullQueue>()
  readonly #stopLinks: () => void
  /** What it was told to read, by queue; empty when it follows routes or is a member. */
  readonly #ranges: ReadonlyMap<string, QueueRange>
  /** Fetched and not handed out, in order of arrival. */
  #batches: PulledBatch[] = []
  #fetchedBytes = 0
  #waiting: Array<Deferred<void>> = []
  #unreadable: { readonly queue: MessageQueue; readonly error: unknown } | undefined
  /** Whether any queue could be read: what is refused later may be permitted again. */
  #hasRead = false
  #closing: Promise<CloseReport> | undefined

  /** @internal */
  constructor(setup: PullConsumerSetup) {
    const { parts, options } = setup
    this.#setup = setup
    this.group = options.group
    this.#ranges = new Map(Array.isArray(options.queues) ? options.queues.map((one: QueueRange) => [queueKey(one), one]) : [])
    this.#life = new ConsumerLife(parts.logger, this.group)
    this.#events = new EventSource(parts.logger, { clientId: parts.clientId, group: this.group })
    this.events = this.#events
    this.#member = this.#join()
    this.#stopLinks = parts.links.onChange(({ isUp }) => {
      if (isUp) this.#member.membersChanged()
    })
    void this.#start()
  }

  /** The queues it reads now. */
  get queues(): readonly MessageQueue[] {
    return this.#member.owned
  }

  /** Resolves when it has its queues and has begun to read them. Rejects when it failed or was closed before. */
  get ready(): Promise<void> {
    return this.#life.ready
  }

  /** Resolves when it is closed. Rejects with what it cannot recover from: a broker's refusal from the start. */
  get done(): Promise<void> {
    return this.#life.done
  }

  health(): ConsumerHealth {
    const nowMs = this.#setup.parts.clock.monotonic()
    const queues = [...this.#queues.values()].map((one) => queueHealth(one.queue, one.state, nowMs))
    return { state: this.#life.stateWith(queues), group: this.group, queues, handlers: 0 }
  }

  /**
   * Batches as they come, until the consumer is closed or every queue has come to the `endOffset` it was given. Leaving the loop keeps the consumer open: another loop goes on
   * behind the last batch handed out. Several loops share the batches.
   */
  [Symbol.asyncIterator](): AsyncIterator<Batch<M>, undefined> {
    return {
      next: async () => {
        const batch = await this.#next()
        return batch === undefined ? { done: true, value: undefined } : { done: false, value: batch as unknown as Batch<M> }
      },
      return: async () => ({ done: true, value: undefined })
    }
  }

  /** Commits everything handed out so far. Resolves when the brokers have it; queues lost meanwhile are left out. */
  async commit(): Promise<void> {
    await Promise.all([...this.#queues.values()].map((one) => one.commitPosition()))
  }

  /**
   * Goes on at an offset. Batches of the queue fetched before are dropped, those handed out can no longer be committed;
   * nothing is committed by seeking.
   *
   * @throws QueueNotOwnedError, OffsetOutOfRangeError
   */
  async seek(queue: MessageQueue, offset: number): Promise<void> {
    this.#owned(queue)
    const { offsets } = this.#setup.parts
    const [min, max] = await Promise.all([offsets.min(queue), offsets.max(queue)])
    if (!(Number.isSafeInteger(offset) && offset >= min && offset <= max)) throw new OffsetOutOfRangeError(queue, offset, min, max)
    this.#owned(queue).seek(offset)
  }

  /** Goes on at the first message stored at a time or after it, in one queue or in all it reads. Milliseconds since the epoch. */
  async seekToTime(timestampMs: number, queue?: MessageQueue): Promise<void> {
    await this.#seekEach(queue, (one) => this.#setup.parts.offsets.atTime(one, timestampMs))
  }

  /** Goes on at the oldest message there is, in one queue or in all it reads. */
  async seekToBegin(queue?: MessageQueue): Promise<void> {
    await this.#seekEach(queue, (one) => this.#setup.parts.offsets.min(one))
  }

  /** Goes on at the end, in one queue or in all it reads: only what comes from now on. */
  async seekToEnd(queue?: MessageQueue): Promise<void> {
    await this.#seekEach(queue, (one) => this.#setup.parts.offsets.max(one))
  }

  /** The offset that the group has committed in a queue, as the broker has it; `undefined` when it has none. */
  committed(queue: MessageQueue): Promise<number | undefined> {
    return this.#setup.parts.offsets.committed(this.group, queue)
  }

  /** Where the next batch of a queue begins; `undefined` while that is not known yet, or when it is not read here. */
  position(queue: MessageQueue): number | undefined {
    return this.#queues.get(queueKey(queue))?.position
  }

  /** Fetches no more from a queue, or from all it reads now, until `resume`. What was fetched is still handed out. */
  pause(queue?: MessageQueue): void {
    for (const one of this.#some(queue)) one.pause()
  }

  resume(queue?: MessageQueue): void {
    for (const one of this.#some(queue)) one.resume()
  }

  /**
   * Ends every loop, gives up its queues and leaves the group. Nothing is committed that was not. Settles by its deadline;
   * may be called in any state and twice.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(readCloseTimeout('pullConsumer.close', options))
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  #join(): GroupMember | AssignedQueues {
    const { parts, options } = this.#setup
    const { group, subscriptions, queues, from } = options
    const owner: QueueOwner = { gained: (queue, graceMs) => this.#gained(queue, graceMs), lost: (queue) => this.#lost(queue) }
    if (queues === undefined) return new GroupMember(parts, { group, subscriptions, consumeType: 'CONSUME_ACTIVELY', from }, owner)
    const topics = subscriptions.map(({ topic }) => topic.name)
    const fixed = queues === 'all' ? queues : queues.map(({ topic, brokerName, queueId }) => Object.freeze({ topic, brokerName, queueId }))
    return new AssignedQueues(parts, topics, fixed, owner)
  }

  async #start(): Promise<void> {
    await this.#member.join()
    await Promise.all([...this.#queues.values()].map((one) => one.tried))
    this.#life.started()
  }

  async #next(): Promise<PulledBatch | undefined> {
    for (;;) {
      if (!this.#life.isOpen) return this.#ended()
      const batch = this.#batches.shift()
      if (batch !== undefined) return this.#handOut(batch)
      this.#throwUnreadable()
      if (this.#isAtEnd()) return undefined
      const arrival = new Deferred()
      this.#waiting.push(arrival)
      await arrival.promise
    }
  }

  #handOut(batch: PulledBatch): PulledBatch {
    this.#fetchedBytes -= batch.bytes
    this.#queues.get(queueKey(batch.queue))?.handedOut(batch)
    for (const one of this.#queues.values()) one.wakeIfRoom()
    if (this.#isAtEnd()) this.#wakeLoops()
    return batch
  }

  #isAtEnd(): boolean {
    return this.#ranges.size > 0 && [...this.#ranges.keys()].every((key) => this.#queues.get(key)?.isAtEnd)
  }

  /** What ends a loop: the failure, when there was one. */
  async #ended(): Promise<undefined> {
    if (this.#life.stateWith([]) === 'failed') await this.done
    return undefined
  }

  #throwUnreadable(): void {
    const unreadable = this.#unreadable
    this.#unreadable = undefined
    if (unreadable !== undefined) throw unreadable.error
  }

  #gained(queue: MessageQueue, graceMs: number): void {
    const { parts, options } = this.#setup
    const subscription = options.subscriptions.find(({ topic }) => topic.name === queue.topic)
    if (subscription === undefined) return
    const topics = new Map(options.subscriptions.map(({ topic }) => [topic.name, topic]))
    const range = this.#ranges.get(queueKey(queue))
    const settings: PullSettings = {
      group: this.group,
      queue,
      reading: { queue, tags: subscription.tags, topicOf: topicFinder(topics), limits: parts.bodyLimits },
      expression: subscription.wire.subString,
      subVersion: Long.ZERO,
      isMember: options.queues === undefined,
      from: options.from,
      startOffset: range?.startOffset,
      graceMs,
      batchSize: options.maxBatch,
      suspendMs: SUSPEND_MS
    }
    const limits = { prefetch: options.prefetch, endOffset: range?.endOffset ?? Number.POSITIVE_INFINITY }
    this.#queues.set(queueKey(queue), new PullQueue(parts, settings, limits, this.#queueListener))
  }

  #lost(queue: MessageQueue): void {
    const one = this.#queues.get(queueKey(queue))
    if (one === undefined) return
    this.#queues.delete(queueKey(queue))
    const offset = one.position
    one.drop()
    this.#events.emit('revoked', { queue, offset })
  }

  readonly #queueListener: PullQueueListener = {
    arrived: (batch) => {
      this.#batches.push(batch)
      this.#fetchedBytes += batch.bytes
      this.#wakeLoops()
    },
    placed: ({ queue }, offset) => this.#events.emit('assigned', { queue, offset }),
    voided: ({ queue }) => this.#forget(queue),
    moved: ({ queue }, to, from, remark) => {
      this.#setup.parts.logger.warn(`queue ${queueText(queue)} has no offset ${from}, reading goes on at ${to}`, { remark })
      this.#events.emit('offsetMoved', { queue, from, to, remark })
    },
    troubled: ({ queue }, error, failures) => {
      if (failures === 1) this.#setup.parts.logger.warn(`reading ${queueText(queue)} failed, trying again: ${causeText(error)}`, { error })
      this.#events.emit('troubled', { queue, error, failures })
      if (failures % UNREADABLE_TIMES === 0 && isUnreadable(error)) this.#tellLoop(queue, error)
    },
    fetched: () => this.#wakeLoops(),
    answered: () => {
      this.#hasRead = true
    },
    refused: (error) => this.#refused(error),
    hasRoom: () => this.#fetchedBytes < this.#setup.options.maxPrefetchedBytes
  }

  #forget(queue: MessageQueue): void {
    const key = queueKey(queue)
    if (this.#unreadable !== undefined && queueKey(this.#unreadable.queue) === key) this.#unreadable = undefined
    this.#batches = this.#batches.filter((batch) => queueKey(batch.queue) !== key)
    this.#fetchedBytes = this.#batches.reduce((sum, batch) => sum + batch.bytes, 0)
  }

  /** A record that stays unreadable is never skipped in silence: the loop decides. */
  #tellLoop(queue: MessageQueue, error: unknown): void {
    this.#unreadable = { queue, error }
    this.#wakeLoops()
  }

  #wakeLoops(): void {
    const waiting = this.#waiting
    this.#waiting = []
    for (const arrival of waiting) arrival.resolve()
  }

  async #seekEach(queue: MessageQueue | undefined, offsetOf: (queue: MessageQueue) => Promise<number>): Promise<void> {
    const queues = queue === undefined ? this.queues : [queue]
    for (const one of queues) this.#owned(one)
    const offsets = await Promise.all(queues.map(offsetOf))
    for (const [at, one] of queues.entries()) this.#queues.get(queueKey(one))?.seek(offsets[at] ?? 0)
  }

  #some(queue: MessageQueue | undefined): Iterable<PullQueue> {
    return queue === undefined ? this.#queues.values() : [this.#owned(queue)]
  }

  #owned(queue: MessageQueue): PullQueue {
    if (!this.#life.isOpen) throw new ClosedError('consumer')
    const one = this.#queues.get(queueKey(queue))
    if (one === undefined) throw new QueueNotOwnedError(queue)
    return one
  }

  #refused(error: RequestRefusedError): boolean {
    if (this.#hasRead) return false
    if (this.#life.failed(error)) void this.close()
    return true
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    this.#life.closing()
    const messages = this.#batches.reduce((sum, batch) => sum + batch.length, 0)
    this.#stopLinks()
    this.#member.leave()
    this.#wakeLoops()
    await within(this.#setup.parts.clock, timeoutMs, this.#setup.left())
    this.#life.closed()
    return { ...COMPLETE, messages }
  }
}

/** Whether asking again is unlikely to help. */
function isUnreadable(error: unknown): boolean {
  return error instanceof Error && !('sent' in error) && !('responseCode' in error)
}
