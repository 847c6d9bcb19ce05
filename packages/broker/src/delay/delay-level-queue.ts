import { decodeRecord, MessageProperty, type MessageRecord, SystemTopic, tagsCode } from '@rocketmq-ts/remoting/wire'
import type { MessageStore, ReadResult } from '@rocketmq-ts/store'
import type { Clock, Timer } from 'net-ts-protocol-kit'
import type { TurnCommit } from '../turn-commit'
import { DelayRuns } from './delay-runs'

/** What one level needs of the broker. */
export interface DelayLevelOptions {
  readonly store: MessageStore
  readonly clock: Clock
  readonly commit: TurnCommit
  /** The level's queue of `SCHEDULE_TOPIC_XXXX`. */
  readonly queueId: number
  readonly delayMs: number
  /** Told when messages were delivered: the offset is to be stored. */
  readonly onProgress: () => void
  readonly onError: (error: unknown) => void
}

/** At most this much is delivered in one step, so that a full level does not hold up everyone else. */
const STEP_RECORDS = 64
const STEP_BYTES = 1024 * 1024

/** How long to wait after a failure. Milliseconds. */
const RETRY_MS = 10_000

/**
 * One delay level: messages wait in order of arrival, since all wait equally long
 * (read in broker/…/schedule/ScheduleMessageService.java).
 */
export class DelayLevelQueue {
  readonly #options: DelayLevelOptions
  readonly #runs = new DelayRuns()
  #offset = 0
  #startedAt = 0
  #timer: Timer | undefined
  #isDelivering = false
  #isStopped = true
  #step: Promise<void> = Promise.resolve()
  readonly #onTimer = (): void => {
    this.#step = this.#run()
  }

  constructor(options: DelayLevelOptions) {
    this.#options = options
  }

  /** The first message that is not delivered yet. */
  get offset(): number {
    return this.#offset
  }

  /** Begins at an offset; what waits there may be overdue. */
  start(offset: number): void {
    this.#offset = offset
    this.#startedAt = this.#options.clock.monotonic()
    this.#isStopped = false
    this.#setTimer(0)
  }

  /** Delivers nothing more. Settles when the step under way has ended: what it has appended is committed then. */
  stop(): Promise<void> {
    this.#isStopped = true
    this.#timer?.cancel()
    this.#timer = undefined
    return this.#step
  }

  /** A message of this level has been stored. */
  arrived(queueOffset: number): void {
    const { clock, delayMs } = this.#options
    this.#runs.arrived(queueOffset, clock.monotonic() + delayMs)
    if (this.#timer === undefined && !this.#isDelivering) this.#setTimer(delayMs)
  }

  async #run(): Promise<void> {
    this.#timer = undefined
    this.#isDelivering = true
    try {
      const waitMs = (await this.#deliverDue()) ?? this.#waitForMissed()
      this.#isDelivering = false
      if (waitMs !== undefined) this.#setTimer(waitMs)
    } catch (error) {
      this.#isDelivering = false
      this.#options.onError(error)
      this.#setTimer(RETRY_MS)
    }
  }

  /** Delivers what is due and returns how long the next message waits, or `undefined` when none does. */
  async #deliverDue(): Promise<number | undefined> {
    while (!this.#isStopped) {
      const result = await this.#read()
      // Closing waits for this step: what is due is delivered by the next broker.
      if (this.#isStopped) return undefined
      if (result.status !== 'FOUND') {
        if (result.nextBeginOffset === this.#offset) return undefined
        this.#offset = result.nextBeginOffset
        continue
      }
      const { next, waitMs } = this.#appendDue(result)
      if (next === this.#offset) return waitMs
      if ((await this.#committed()) === 'FAILED') return RETRY_MS
      this.#offset = next
      this.#options.onProgress()
    }
    return undefined
  }

  /** What arrived while an empty answer was on its way set no timer. */
  #waitForMissed(): number | undefined {
    const { store, queueId } = this.#options
    return store.maxOffset(SystemTopic.SCHEDULE, queueId) > this.#offset ? 0 : undefined
  }

  #read(): ReadResult | Promise<ReadResult> {
    const { store, queueId } = this.#options
    return store.read({ topic: SystemTopic.SCHEDULE, queueId, queueOffset: this.#offset, maxCount: STEP_RECORDS, maxBytes: STEP_BYTES })
  }

  /** Appends the messages that are due under their real topic. */
  #appendDue(result: ReadResult): { next: number; waitMs: number } {
    let next = this.#offset
    for (const bytes of result.records) {
      const record = decodeRecord(bytes)
      const waitMs = this.#waitMs(record)
      if (waitMs > 0) return { next, waitMs }
      if (!this.#append(record)) return { next, waitMs: RETRY_MS }
      next = record.queueOffset + 1
    }
    return { next, waitMs: 0 }
  }

  /** A store that takes nothing now is asked again later; what was appended before is not appended twice. */
  #append(record: MessageRecord): boolean {
    try {
      appendDelivered(this.#options.store, record)
      return true
    } catch (error) {
      this.#options.onError(error)
      return false
    }
  }

  /** Messages of this run wait on the monotonic clock. Older ones by their store time, but never longer than the level from the start on. */
  #waitMs(record: MessageRecord): number {
    const { clock, delayMs } = this.#options
    const now = clock.monotonic()
    const dueAt = this.#runs.dueAt(record.queueOffset)
    if (dueAt !== undefined) return dueAt - now
    return Math.min(record.storeTimestamp + delayMs - clock.now(), this.#startedAt + delayMs - now)
  }

  #committed(): Promise<string> {
    return new Promise((resolve) => this.#options.commit.wait({ committed: resolve }))
  }

  #setTimer(waitMs: number): void {
    if (this.#isStopped) return
    this.#timer?.cancel()
    this.#timer = this.#options.clock.setTimeout(this.#onTimer, Math.ceil(waitMs))
  }
}

/** Stores a delayed message where it was sent to. Its properties stay, also those that tell of the delay. */
function appendDelivered(store: MessageStore, record: MessageRecord): void {
  const topic = record.properties.get(MessageProperty.REAL_TOPIC)
  const queueId = Number(record.properties.get(MessageProperty.REAL_QUEUE_ID))
  if (topic === undefined || !Number.isInteger(queueId) || queueId < 0) return
  store.append({
    topic,
    queueId,
    flag: record.flag,
    sysFlag: record.sysFlag,
    bornTimestamp: record.bornTimestamp,
    bornHost: { host: record.bornHost, port: record.bornPort },
    storeHost: { host: record.storeHost, port: record.storePort },
    reconsumeTimes: record.reconsumeTimes,
    preparedTransactionOffset: 0,
    body: record.body,
    properties: record.propertiesBuffer,
    tagsCode: tagsCode(record.properties.get(MessageProperty.TAGS))
  })
}
