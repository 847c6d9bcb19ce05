import { isRetryTopic, type MessageRecord } from '@rocketmq-ts/remoting/wire'
import Long from 'long'
import { type CloseOptions, type CloseReport, readCloseTimeout } from '../close-report'
import { ClosedError, causeText, QueueNotOwnedError, type RequestRefusedError } from '../errors'
import { EventSource, type Events } from '../events'
import type { Message } from '../message'
import { type MessageQueue, queueKey, queueText } from '../message-queue'
import { within } from '../sleep'
import type { TopicSubscription } from '../subscription'
import type { AnyTopic } from '../topic'
import { type ConsumerHealth, queueHealth } from './consumer-health'
import { ConsumerLife } from './consumer-life'
import type { ConsumerParts } from './consumer-parts'
import { GroupMember } from './group-member'
import { HandlerPool } from './handler-pool'
import { MessageTask, type TaskListener, type TaskParts } from './message-task'
import { OffsetCommits } from './offset-commits'
import type { Outcome } from './outcome'
import type { PullSettings } from './pull-loop'
import type { PushConsumerEvents } from './push-events'
import type { ResolvedPushOptions } from './push-options'
import { PushQueue, type PushQueueListener } from './push-queue'
import { SendBack } from './send-back'
import { topicFinder } from './topic-finder'

/** What a handler is given besides the message. */
export interface HandlerContext {
  /**
   * Aborted when the outcome does not count any more: the handler took too long, the queue went to another member, or the
   * consumer closed by its deadline. The reason says which.
   */
  readonly signal: AbortSignal
}

// biome-ignore lint/suspicious/noConfusingVoidType: returning nothing is the usual way to say "consumed".
type HandlerResult = Outcome | void

/**
 * Handles one message. Returning (or resolving) means consumed, throwing (or rejecting) means: again later. `retry()` and
 * `deadLetter()` say more. See docs/outcomes.md.
 */
export type Handler<M extends Message = Message> = (message: M, context: HandlerContext) => HandlerResult | Promise<HandlerResult>

/** What a push consumer is given by its client. */
export interface PushConsumerSetup {
  readonly parts: ConsumerParts
  readonly options: ResolvedPushOptions
  /** Those of the options and that of the group's retry topic. */
  readonly subscriptions: readonly TopicSubscription[]
  /** Called when it has given up its queues: tells every broker that this client has left the group. Never rejects. */
  left(): Promise<void>
}

/** How long a broker may hold a pull (read in client/…/consumer/DefaultMQPushConsumerImpl.java). */
const SUSPEND_MS = 15_000

/**
 * Calls a handler for every message of its share of the group's queues, many at a time, and gives failed ones back to the
 * broker for another attempt. Made by `client.pushConsumer()`, running from the start, recovering by itself until it or its
 * client is closed.
 */
export class PushConsumer<M extends Message = Message> {
  readonly group: string
  /** What happens to it. */
  readonly events: Events<PushConsumerEvents<M>>
  readonly #setup: PushConsumerSetup
  readonly #events: EventSource<PushConsumerEvents>
  readonly #pool: HandlerPool<MessageTask>
  readonly #member: GroupMember
  readonly #commits: OffsetCommits
  readonly #tasks: TaskParts
  readonly #topicOf: (record: MessageRecord) => AnyTopic
  readonly #queues = new Map<string, PushQueue>()
  readonly #life: ConsumerLife
  readonly #stopLinks: () => void
  #isPaused = false
  /** Whether any queue could be read: what is refused later may be permitted again. */
  #hasRead = false
  #closing: Promise<CloseReport> | undefined

  /** @internal */
  constructor(setup: PushConsumerSetup, handler: Handler<M>) {
    const { parts, options } = setup
    this.#setup = setup
    this.group = options.group
    this.#life = new ConsumerLife(parts.logger, this.group)
    this.#events = new EventSource(parts.logger, { clientId: parts.clientId, group: this.group })
    this.events = this.#events as unknown as Events<PushConsumerEvents<M>>
    this.#topicOf = topicFinder(new Map(options.subscriptions.map(({ topic }) => [topic.name, topic])))
    this.#pool = this.#handlerPool()
    this.#tasks = this.#taskParts(handler as Handler)
    const settings = {
      group: this.group,
      subscriptions: setup.subscriptions,
      consumeType: 'CONSUME_PASSIVELY' as const,
      from: options.from
    }
    this.#member = new GroupMember(parts, settings, {
      gained: (queue, graceMs) => this.#gained(queue, graceMs),
      lost: (queue) => this.#lost(queue)
    })
    const committed = (queue: MessageQueue, offset: number): void => this.#events.emit('committed', { queue, offset })
    this.#commits = new OffsetCommits(parts, this.group, () => this.#queues.values(), committed)
    this.#stopLinks = parts.links.onChange(({ isUp }) => this.#linkChanged(isUp))
    void this.#start()
  }

  /** The queues it owns now; those of the group's retry topic are not among them. */
  get queues(): readonly MessageQueue[] {
    return this.#member.owned.filter(({ topic }) => !isRetryTopic(topic))
  }

  /** Resolves when it owns its share of the queues and has begun to read them. Rejects when it failed or was closed before. */
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
    return { state: this.#life.stateWith(queues), group: this.group, queues, handlers: this.#pool.running }
  }

  /** Pulls no more until `resume`. What was pulled is still handled. */
  pause(): void {
    this.#isPaused = true
    for (const one of this.#queues.values()) one.pause()
  }

  resume(): void {
    this.#isPaused = false
    for (const one of this.#queues.values()) one.resume()
  }

  /**
   * Takes no more messages, waits for handlers under way, commits, gives up its queues and leaves the group, so that other
   * members go on at once. Settles by its deadline and says what was left; may be called in any state and twice.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(readCloseTimeout('pushConsumer.close', options))
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #start(): Promise<void> {
    await this.#member.join()
    await Promise.all([...this.#queues.values()].map((one) => one.tried))
    this.#life.started()
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    const { clock } = this.#setup.parts
    const deadline = clock.monotonic() + timeoutMs
    const leftMs = (): number => Math.max(0, deadline - clock.monotonic())
    this.#life.closing()
    const queues = [...this.#queues.values()]
    for (const one of queues) one.stop()
    this.#pool.stop()
    await within(clock, leftMs(), this.#pool.whenIdle())
    const handlers = this.#pool.running
    const messages = queues.reduce((sum, one) => sum + one.state.count, 0)
    this.#pool.close(new ClosedError('consumer'))
    const uncommittedQueues = await this.#commitForCertain(queues, leftMs())
    this.#leave()
    await within(clock, leftMs(), this.#setup.left())
    this.#life.closed()
    return { isComplete: handlers === 0 && uncommittedQueues === 0, sends: 0, handlers, messages, uncommittedQueues }
  }

  async #commitForCertain(queues: readonly PushQueue[], timeoutMs: number): Promise<number> {
    this.#commits.close()
    const late = new AbortController()
    const commits = Promise.all(queues.map((one) => this.#commits.commitForCertain(one, late.signal)))
    const isCommitted = await within(this.#setup.parts.clock, timeoutMs, commits)
    late.abort()
    return isCommitted === undefined ? queues.filter((one) => one.uncommitted !== undefined).length : isCommitted.filter((is) => !is).length
  }

  #leave(): void {
    this.#stopLinks()
    for (const one of this.#queues.values()) one.drop()
    this.#queues.clear()
    for (const task of this.#again) task.cancel()
    this.#member.leave()
  }

  /** What is refused from the very start needs somebody to change something: it ends in order and says why. */
  #refused(error: RequestRefusedError): boolean {
    if (this.#hasRead) return false
    if (this.#life.failed(error)) void this.close()
    return true
  }

  #gained(queue: MessageQueue, graceMs: number): void {
    const { parts, options } = this.#setup
    const subscription = this.#setup.subscriptions.find(({ topic }) => topic.name === queue.topic)
    if (subscription === undefined) return
    const settings: PullSettings = {
      group: this.group,
      queue,
      reading: { queue, tags: subscription.tags, topicOf: this.#topicOf, limits: parts.bodyLimits },
      expression: undefined,
      subVersion: Long.fromNumber(subscription.wire.subVersion),
      isMember: true,
      from: options.from,
      graceMs,
      batchSize: options.pullBatch,
      suspendMs: SUSPEND_MS
    }
    const limits = { maxCount: options.maxUnsettled, maxBytes: options.maxUnsettledBytes, maxSpan: options.maxUnsettledSpan }
    const one = new PushQueue(parts, settings, limits, this.#queueListener)
    if (this.#isPaused) one.pause()
    this.#queues.set(queueKey(queue), one)
  }

  #lost(queue: MessageQueue): void {
    const one = this.#queues.get(queueKey(queue))
    if (one === undefined) return
    this.#queues.delete(queueKey(queue))
    const offset = one.state.position
    // The commit is made from what is settled now, before anything is dropped.
    void this.#commits.commitSoon(one)
    one.drop()
    this.#pool.abort((task) => task.queue === one, new QueueNotOwnedError(queue))
    this.#events.emit('revoked', { queue, offset })
  }

  #handlerPool(): HandlerPool<MessageTask> {
    const { parts, options } = this.#setup
    return new HandlerPool({
      clock: parts.clock,
      concurrency: options.concurrency,
      maxRunningBytes: options.maxConcurrentBytes,
      maxWaiting: options.maxWaiting,
      maxWaitingBytes: options.maxWaitingBytes,
      timeoutMs: options.handlerTimeoutMs,
      onRoom: () => {
        for (const one of this.#queues.values()) one.wakeIfRoom()
      }
    })
  }

  readonly #queueListener: PushQueueListener = {
    arrived: (queue, pending) => this.#pool.add(pending.map((entry) => new MessageTask(this.#tasks, queue, entry))),
    placed: ({ queue }, offset) => this.#events.emit('assigned', { queue, offset }),
    moved: (one, to, from, remark) => {
      this.#pool.abort((task) => task.queue === one, new QueueNotOwnedError(one.queue, 'its offsets changed'))
      this.#setup.parts.logger.warn(`queue ${queueText(one.queue)} has no offset ${from}, reading goes on at ${to}`, { remark })
      this.#events.emit('offsetMoved', { queue: one.queue, from, to, remark })
    },
    troubled: ({ queue }, error, failures) => {
      if (failures === 1) this.#setup.parts.logger.warn(`reading ${queueText(queue)} failed, trying again: ${causeText(error)}`, { error })
      this.#events.emit('troubled', { queue, error, failures })
    },
    answered: () => {
      this.#hasRead = true
    },
    refused: (error) => this.#refused(error),
    hasRoom: () => this.#pool.hasRoom()
  }

  readonly #again = new Set<MessageTask>()

  #taskParts(handler: Handler): TaskParts {
    const { parts, options } = this.#setup
    const listener: TaskListener = {
      handlerFailed: (message, error) => this.#events.emit('handlerFailed', { message, error }),
      handlerTimedOut: (message) => this.#events.emit('handlerTimedOut', { message, timeoutMs: options.handlerTimeoutMs }),
      sentBack: (message, isDeadLetter) => this.#events.emit('sentBack', { message, isDeadLetter }),
      sendBackFailed: (message, error) => this.#events.emit('sendBackFailed', { message, error })
    }
    return {
      clock: parts.clock,
      handler,
      sendBack: new SendBack(parts, this.group, options.maxAttempts - 1),
      listener,
      waiting: this.#again,
      again: (task) => this.#pool.add([task])
    }
  }

  /** A connection that is new may reach a broker that has forgotten what it was told. */
  #linkChanged(isUp: boolean): void {
    if (!isUp) return
    for (const one of this.#queues.values()) one.forgetCommitted()
    this.#member.membersChanged()
  }
}
