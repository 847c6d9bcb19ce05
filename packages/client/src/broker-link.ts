import type { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { type Clock, type Logger, sharedSignal, type Timer } from 'net-ts-protocol-kit'
import { backoffMs } from './backoff'
import type { LinkChange } from './broker-links'
import { ClosedError } from './errors'
import { FailureStreak } from './failure-streak'
import type { Groups } from './groups'
import { requireSuccess } from './requests'

export interface BrokerLinkOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly remoting: RemotingClient
  readonly groups: Groups
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly onChange: (change: LinkChange) => void
}

const LOST_BROKER_BACKOFF = { firstMs: 200, capMs: 2000 }

/** No version of the groups: the broker knows nothing of us. */
const NOTHING = -1

/** This client's standing with one broker: a loop of heartbeats that never gives up until it is closed. */
export class BrokerLink {
  readonly address: string
  readonly #options: BrokerLinkOptions
  #log: FailureStreak
  readonly #closing = new AbortController()
  #toldVersion = NOTHING
  /** Since it was told at last, also when it was not asked meanwhile. */
  #wasLost = false
  #isDown = false
  #backSince: number | undefined
  #telling: Promise<void> | undefined
  #tellAgain = false
  #timer: Timer | undefined
  readonly #waiters = new Set<() => void>()

  constructor(address: string, options: BrokerLinkOptions) {
    this.address = address
    this.#options = options
    this.#log = this.#newLog()
  }

  get isUp(): boolean {
    return this.#toldVersion !== NOTHING
  }

  /** Whether it did not answer the last heartbeat, or its connection is lost. */
  get isDown(): boolean {
    return this.#isDown
  }

  /** Milliseconds since it took a heartbeat again after it was lost; infinite when it was not lost. */
  get backForMs(): number {
    return this.#backSince === undefined ? Number.POSITIVE_INFINITY : this.#options.clock.monotonic() - this.#backSince
  }

  /** Sends a heartbeat with what is true now. Resolves when it was answered or failed; never rejects. */
  tell(): Promise<void> {
    if (this.#closing.signal.aborted) return Promise.resolve()
    if (this.#telling !== undefined) this.#tellAgain = true
    this.#telling ??= this.#tellUntilCurrent()
    return this.#telling
  }

  /** The connection is gone and with it, on the broker's side, our place in every group. */
  connectionClosed(error: unknown): void {
    this.#lost(error)
    this.#schedule(this.#pauseMs())
  }

  whenTold(signal: AbortSignal): Promise<void> | undefined {
    if (this.#isCurrent()) return undefined
    return new Promise((resolve, reject) => {
      const wake = (): void => {
        signal.removeEventListener('abort', abort)
        resolve()
      }
      const abort = (): void => {
        this.#waiters.delete(wake)
        reject(signal.reason)
      }
      if (signal.aborted) return abort()
      sharedSignal(signal).addEventListener('abort', abort, { once: true })
      this.#waiters.add(wake)
    })
  }

  /** A group was left. With the last one there is nothing more to tell, so the broker is not asked any more: neither up nor down. */
  groupLeft(): void {
    if (this.#options.groups.heartbeat() === undefined) this.#unasked()
  }

  close(): void {
    this.#closing.abort(new ClosedError('client'))
    this.#timer?.cancel()
    this.#wake()
  }

  #isCurrent(): boolean {
    return this.#toldVersion === this.#options.groups.version || this.#closing.signal.aborted
  }

  async #tellUntilCurrent(): Promise<void> {
    try {
      do {
        this.#tellAgain = false
        await this.#tellOnce()
      } while (this.#tellAgain && !this.#closing.signal.aborted)
    } finally {
      // At once, not a microtask later: who asks in between would be noted by nobody, and wait for the next heartbeat.
      this.#telling = undefined
    }
  }

  async #tellOnce(): Promise<void> {
    const { groups, remoting, timeoutMs } = this.#options
    const { version } = groups
    const data = groups.heartbeat()
    if (data === undefined) return
    try {
      const options = { timeoutMs, signal: this.#closing.signal }
      requireSuccess(RequestCode.HEART_BEAT, await remoting.invoke(this.address, RequestCode.HEART_BEAT, {}, data, options))
      this.#told(version)
    } catch (error) {
      if (!this.#closing.signal.aborted) this.#failed(error)
    }
    // The last group may have been left meanwhile.
    this.groupLeft()
  }

  #told(version: number): void {
    const wasUp = this.isUp
    this.#log.worked()
    this.#toldVersion = version
    this.#isDown = false
    if (!wasUp && this.#wasLost) this.#backSince = this.#options.clock.monotonic()
    this.#wasLost = false
    this.#schedule(this.#options.intervalMs)
    if (!wasUp) this.#options.onChange({ address: this.address, isUp: true, isAsked: true })
    if (this.#isCurrent()) this.#wake()
  }

  #failed(error: unknown): void {
    this.#log.failed(error)
    this.#lost(error)
    this.#schedule(this.#pauseMs())
  }

  /** Lost, or not reached the first time. A connection that nobody told anything on means nothing. */
  #lost(error: unknown): void {
    if (this.#isDown || !(this.isUp || this.#log.count > 0)) return
    if (this.isUp) this.#wasLost = true
    this.#toldVersion = NOTHING
    this.#isDown = true
    this.#options.onChange({ address: this.address, isUp: false, isAsked: true, error })
  }

  #unasked(): void {
    if (this.#closing.signal.aborted) return
    const wasKnown = this.isUp || this.#isDown
    this.#timer?.cancel()
    this.#log = this.#newLog()
    this.#toldVersion = NOTHING
    this.#isDown = false
    if (wasKnown) this.#options.onChange({ address: this.address, isUp: false, isAsked: false })
  }

  #newLog(): FailureStreak {
    return new FailureStreak(this.#options.logger, `the heartbeat to broker ${this.address}`)
  }

  #pauseMs(): number {
    return backoffMs(this.#log.count, LOST_BROKER_BACKOFF, this.#options.clock.random())
  }

  #schedule(delayMs: number): void {
    if (this.#closing.signal.aborted) return
    this.#timer?.cancel()
    this.#timer = this.#options.clock.setTimeout(() => void this.tell(), delayMs)
  }

  #wake(): void {
    const waiters = [...this.#waiters]
    this.#waiters.clear()
    for (const wake of waiters) wake()
  }
}
