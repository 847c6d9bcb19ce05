import { type PullMessageRequestHeader, PullSysFlag, RequestCode } from '@rocketmq-ts/remoting/wire'
import { backoffMs } from '../backoff'
import { Deferred } from '../deferred'
import { BrokerUnknownError, RequestRefusedError } from '../errors'
import type { MessageQueue } from '../message-queue'
import { refusal } from '../requests'
import { MASTER_ID } from '../route/topic-route'
import { sleep } from '../sleep'
import type { ConsumerParts } from './consumer-parts'
import { pullVerdict } from './pull-answer'
import { prepareAll, type Reading, type Received, readAnswer } from './received'
import { type StartFrom, startRule } from './start-from'

/** What one queue is read with. */
export interface PullSettings {
  readonly group: string
  readonly queue: MessageQueue
  readonly reading: Reading
  /** The expression to send along; `undefined` when the broker has it from the heartbeat. */
  readonly expression: string | undefined
  readonly subVersion: PullMessageRequestHeader['subVersion']
  /** Whether to wait until the broker was told of the group. */
  readonly isMember: boolean
  readonly from: StartFrom
  /** Where to begin whatever the group has committed. */
  readonly startOffset?: number | undefined
  /** How long the owner before is given to commit its last offset, milliseconds. */
  readonly graceMs: number
  /** Messages per pull. */
  readonly batchSize: number
  /** How long the broker may hold a pull that finds nothing, milliseconds. */
  readonly suspendMs: number
}

/** Who takes what a queue brings. */
export interface PullSink {
  /** Resolves when more may be pulled; `undefined` when it may at once. */
  whenRoom(signal: AbortSignal): Promise<void> | undefined
  /** The first offset is known. `isCommitted`: it is what the group had committed. */
  placed(offset: number, isCommitted: boolean): void
  take(received: Received): void
  /** The broker has no such offset any more, or not yet: reading goes on at another. */
  moved(offset: number, from: number, remark: string | undefined): void
  /** Something failed so often in a row; it is tried again. */
  troubled(error: unknown, failures: number): void
  /** The broker refuses. `true`: for good, so that the loop ends; `false`: it is tried again. */
  refused(error: RequestRefusedError): boolean
}

/** How long a held pull may take in all: longer than any broker holds it. */
const PULL_TIMEOUT_MS = 30_000

const TROUBLE_BACKOFF = { firstMs: 100, capMs: 3000 }

/** An empty answer that came sooner was not held: a broker without long polling must not be asked in a tight loop. */
const HELD_MS = 50
const EMPTY_BACKOFF = { firstMs: 100, capMs: 1000 }

/**
 * Reads one queue from where its group stands, one pull at a time, until it is stopped. Whatever fails is tried again for
 * ever, with backoff, unless its owner takes a refusal for final.
 */
export class PullLoop {
  readonly #parts: ConsumerParts
  readonly #settings: PullSettings
  readonly #sink: PullSink
  readonly #stopping = new AbortController()
  readonly #tried = new Deferred()
  #pulling = new AbortController()
  #offset: number | undefined
  #brokerId = MASTER_ID
  #failures = 0
  #isAsking = false
  #emptyRounds = 0
  /** Since messages were read, or a pull was held. */
  #movesInARow = 0
  #lastPullAt: number | undefined
  #maxOffset: number | undefined

  constructor(parts: ConsumerParts, settings: PullSettings, sink: PullSink) {
    this.#parts = parts
    this.#settings = settings
    this.#sink = sink
  }

  /** Resolves when it is known where to begin and the first pull is under way, or has to wait. */
  get tried(): Promise<void> {
    return this.#tried.promise
  }

  /** When the last pull went out, on the monotonic clock. */
  get lastPullAt(): number | undefined {
    return this.#lastPullAt
  }

  /** The end of the queue as the last answer said. */
  get maxOffset(): number | undefined {
    return this.#maxOffset
  }

  get failures(): number {
    return this.#failures
  }

  /** Whether nothing is wrong: it has not failed since the last answer, or asks a broker that is within reach again. */
  get isWorking(): boolean {
    const address = this.#parts.routes.addressOf(this.#settings.queue.brokerName, this.#brokerId)
    return this.#failures === 0 || (this.#isAsking && address !== undefined && this.#parts.links.isUp(address))
  }

  /** Never rejects. */
  async run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#round()
      } catch (error) {
        await this.#recover(error)
      }
    }
    this.#tried.resolve()
  }

  /** The pull under way is given up; its answer, should it come, goes nowhere. */
  stop(): void {
    this.#stopping.abort()
    this.#pulling.abort()
  }

  /** Goes on at another offset. The pull under way is given up. */
  moveTo(offset: number): void {
    this.#offset = offset
    this.#pulling.abort()
  }

  async #round(): Promise<void> {
    const { signal } = this.#stopping
    const address = this.#address()
    if (this.#settings.isMember) await this.#whenTold(address, signal)
    if (this.#offset === undefined) this.#place(await this.#start())
    await this.#sink.whenRoom(signal)
    if (!signal.aborted && this.#offset !== undefined) await this.#pull(address, this.#offset)
  }

  async #whenTold(address: string, signal: AbortSignal): Promise<void> {
    const { links } = this.#parts
    if (!links.isUp(address)) this.#tried.resolve()
    await links.whenTold(address, signal)
  }

  /**
   * Where to begin. The owner before may still have to commit its last offset: it is given a moment, and asked for once more.
   * Where a group without an offset begins is decided before, or what comes meanwhile would be missed at the end.
   */
  async #start(): Promise<Start> {
    const { group, queue, from, startOffset, graceMs } = this.#settings
    const { offsets, clock } = this.#parts
    if (startOffset !== undefined) return { offset: startOffset, isCommitted: false }
    const committed = await offsets.committed(group, queue)
    const offset = committed ?? (await this.#firstOffset(queue, from))
    if (graceMs === 0) return { offset, isCommitted: committed !== undefined }
    this.#tried.resolve()
    await sleep(clock, graceMs, this.#stopping.signal)
    const latest = await offsets.committed(group, queue)
    return { offset: latest ?? offset, isCommitted: latest !== undefined }
  }

  /** Unless it was moved elsewhere meanwhile. */
  #place({ offset, isCommitted }: Start): void {
    if (this.#stopping.signal.aborted || this.#offset !== undefined) return
    this.#offset = offset
    this.#sink.placed(offset, isCommitted)
  }

  async #firstOffset(queue: MessageQueue, from: StartFrom): Promise<number> {
    const rule = startRule(from, queue.topic)
    if (rule.kind === 'OFFSET') return rule.offset
    return rule.kind === 'END' ? this.#parts.offsets.max(queue) : this.#parts.offsets.atTime(queue, rule.timestampMs)
  }

  async #pull(address: string, offset: number): Promise<void> {
    const { clock, remoting } = this.#parts
    const { signal } = this.#freshPulling()
    const askedAt = clock.monotonic()
    this.#lastPullAt = askedAt
    const row = RequestCode.PULL_MESSAGE
    const answer = remoting.invoke(address, row, this.#header(offset), undefined, { timeoutMs: PULL_TIMEOUT_MS, signal })
    this.#tried.resolve()
    this.#isAsking = true
    const response = await answer
    this.#isAsking = false
    if (signal.aborted) return
    const verdict = pullVerdict(response.code)
    if (verdict !== 'TAKE' && verdict !== 'MOVED') throw refusal(row, response)
    const { nextBeginOffset, maxOffset, suggestWhichBrokerId } = response.header
    this.#maxOffset = maxOffset
    this.#brokerId = suggestWhichBrokerId
    if (verdict === 'MOVED' || nextBeginOffset < offset) return this.#move(nextBeginOffset, offset, response.remark)
    const received = readAnswer(response.body, nextBeginOffset, offset, this.#settings.reading)
    await this.#take(received, offset, signal, clock.monotonic() - askedAt)
  }

  async #take(received: Received, offset: number, signal: AbortSignal, tookMs: number): Promise<void> {
    await prepareAll(received.messages)
    if (signal.aborted) return
    this.#offset = received.nextOffset
    this.#sink.take(received)
    if (received.broken !== undefined) throw received.broken
    this.#failures = 0
    const isProgress = received.nextOffset > offset || tookMs >= HELD_MS
    if (isProgress) this.#movesInARow = 0
    this.#emptyRounds = isProgress ? 0 : this.#emptyRounds + 1
    if (!isProgress) await this.#pause(backoffMs(this.#emptyRounds, EMPTY_BACKOFF, this.#parts.clock.random()))
  }

  /** Goes there at once, unless a broker sends its reader about: that is followed more and more slowly. */
  async #move(to: number, from: number, remark: string | undefined): Promise<void> {
    this.#failures = 0
    this.#offset = to
    this.#sink.moved(to, from, remark)
    const movesBefore = this.#movesInARow++
    if (movesBefore > 0) await this.#pause(backoffMs(movesBefore, EMPTY_BACKOFF, this.#parts.clock.random()))
  }

  async #recover(error: unknown): Promise<void> {
    this.#isAsking = false
    const isGivenUp = this.#pulling.signal.aborted
    this.#tried.resolve()
    this.#freshPulling()
    if (this.#stopping.signal.aborted || isGivenUp) return
    this.#failures++
    this.#brokerId = MASTER_ID
    if (error instanceof RequestRefusedError && (await this.#refused(error))) return
    this.#sink.troubled(error, this.#failures)
    await this.#pause(backoffMs(this.#failures, TROUBLE_BACKOFF, this.#parts.clock.random()))
  }

  /** Whether that is the end. */
  async #refused(error: RequestRefusedError): Promise<boolean> {
    const verdict = pullVerdict(error.responseCode ?? 0)
    if (verdict === 'TELL') await this.#parts.links.tell(error.address ?? '')
    if (verdict === 'REROUTE') await this.#parts.routes.refresh(this.#settings.queue.topic)
    if (verdict !== 'REFUSED' || !this.#sink.refused(error)) return false
    this.stop()
    return true
  }

  /** What gives up the pull under way, or the pause before the next one: made anew only after it was used. */
  #freshPulling(): AbortController {
    if (this.#pulling.signal.aborted) this.#pulling = new AbortController()
    return this.#pulling
  }

  #pause(delayMs: number): Promise<void> {
    if (this.#stopping.signal.aborted) return Promise.resolve()
    return sleep(this.#parts.clock, delayMs, this.#freshPulling().signal)
  }

  #address(): string {
    const { brokerName } = this.#settings.queue
    const address = this.#parts.routes.addressOf(brokerName, this.#brokerId)
    if (address === undefined) throw new BrokerUnknownError(brokerName, 'any')
    return address
  }

  #header(offset: number): PullMessageRequestHeader {
    const { group, queue, expression, subVersion, batchSize, suspendMs } = this.#settings
    return {
      consumerGroup: group,
      topic: queue.topic,
      queueId: queue.queueId,
      queueOffset: offset,
      maxMsgNums: batchSize,
      sysFlag: PullSysFlag.SUSPEND | (expression === undefined ? 0 : PullSysFlag.SUBSCRIPTION),
      commitOffset: 0,
      suspendTimeoutMillis: suspendMs,
      subscription: expression,
      subVersion,
      expressionType: 'TAG',
      bname: queue.brokerName
    }
  }
}

interface Start {
  readonly offset: number
  readonly isCommitted: boolean
}
