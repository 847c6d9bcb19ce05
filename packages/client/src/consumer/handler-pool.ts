import type { Clock, Timer } from 'net-ts-protocol-kit'
import { HandlerTimeoutError } from '../errors'
import type { HandlerEnd } from './retry-decision'

/** One message to be handled. */
export interface HandlerTask {
  /** Of its body. */
  readonly bytes: number
  /** Calls the handler. May throw. */
  run(signal: () => AbortSignal): unknown
  /** Whether there is still a point in handling it. */
  isWanted(): boolean
  /** Does what follows from how the handler ended; the place in the pool is free when it resolves. Must not reject. */
  settle(end: HandlerEnd): Promise<void> | undefined
}

export interface HandlerPoolOptions {
  readonly clock: Clock
  /** How many handlers run at a time. */
  readonly concurrency: number
  /** Bytes that running handlers hold in all; what is larger by itself runs alone. */
  readonly maxRunningBytes: number
  /** How many messages may wait before there is no room for more. */
  readonly maxWaiting: number
  readonly maxWaitingBytes: number
  readonly timeoutMs: number
  /** Called when there is room again after there was none. */
  onRoom(): void
}

/**
 * Runs handlers, so many at a time, in the order in which the messages came. One that does not settle in time has its signal
 * aborted and makes room for others; what it returns later is ignored.
 */
export class HandlerPool<Task extends HandlerTask = HandlerTask> {
  readonly #options: HandlerPoolOptions
  readonly #running = new Set<RunningHandler<Task>>()
  #waiting: Task[] = []
  #head = 0
  #waitingBytes = 0
  #runningBytes = 0
  /** Somebody was told that there is no room, and not yet that there is. */
  #isSomebodyWaiting = false
  #isOpen = true
  #isPumping = false
  #timer: Timer | undefined
  #idle: (() => void) | undefined

  constructor(options: HandlerPoolOptions) {
    this.#options = options
  }

  /** Handlers that run, or whose outcome is being settled. */
  get running(): number {
    return this.#running.size
  }

  /** Messages that wait for a handler. */
  get waiting(): { readonly count: number; readonly bytes: number } {
    return { count: this.#waiting.length - this.#head, bytes: this.#waitingBytes }
  }

  /** Whether more messages may come to wait here. One who is told "no" hears of it by `onRoom`. */
  hasRoom(): boolean {
    const { maxWaiting, maxWaitingBytes } = this.#options
    const isFull = this.#waiting.length - this.#head >= maxWaiting || this.#waitingBytes >= maxWaitingBytes
    if (isFull) this.#isSomebodyWaiting = true
    return !isFull
  }

  add(tasks: readonly Task[]): void {
    if (!this.#isOpen) return
    for (const task of tasks) {
      this.#waiting.push(task)
      this.#waitingBytes += task.bytes
    }
    this.#pump()
  }

  /**
   * Tells handlers that their outcome no longer counts: they keep their place until they settle. What waits and is not wanted
   * any more is forgotten.
   */
  abort(isUnwanted: (task: Task) => boolean, reason: unknown): void {
    for (const running of [...this.#running]) if (!running.isOver && isUnwanted(running.task)) running.abort(reason)
    this.#setWaiting(this.#waiting.slice(this.#head).filter((task) => task.isWanted()))
    this.#pump()
  }

  /** Starts no more handlers. */
  stop(): void {
    this.#isOpen = false
    this.#setWaiting([])
  }

  /** Resolves when no handler runs any more. */
  whenIdle(): Promise<void> {
    if (this.#running.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      this.#idle = resolve
    })
  }

  /** Forgets the handlers that still run: their signals are aborted, their results ignored. */
  close(reason: unknown): void {
    this.stop()
    this.#timer?.cancel()
    for (const running of [...this.#running]) {
      running.isOver = true
      running.abort(reason)
      this.#release(running)
    }
  }

  /** Handlers that return at once free their place while this runs: it goes on here rather than one level deeper. */
  #pump(): void {
    if (this.#isPumping) return
    this.#isPumping = true
    while (this.#isOpen) {
      const task = this.#waiting[this.#head]
      if (task === undefined || !this.#mayStart(task)) break
      this.#head++
      this.#waitingBytes -= task.bytes
      if (task.isWanted()) this.#start(task)
    }
    this.#isPumping = false
    this.#compact()
    this.#tellRoom()
  }

  /** The first in line waits for its turn, however small those behind it are: a large message is not overtaken for ever. */
  #mayStart(task: Task): boolean {
    const { concurrency, maxRunningBytes } = this.#options
    if (this.#running.size === 0) return true
    return this.#running.size < concurrency && this.#runningBytes + task.bytes <= maxRunningBytes
  }

  #compact(): void {
    if (this.#head > 256 || this.#head === this.#waiting.length) {
      this.#waiting = this.#waiting.slice(this.#head)
      this.#head = 0
    }
  }

  #setWaiting(tasks: Task[]): void {
    this.#waiting = tasks
    this.#head = 0
    this.#waitingBytes = tasks.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  #tellRoom(): void {
    if (!this.#isSomebodyWaiting || !this.hasRoom()) return
    this.#isSomebodyWaiting = false
    this.#options.onRoom()
  }

  #start(task: Task): void {
    const running = new RunningHandler(task, this.#options.clock.monotonic() + this.#options.timeoutMs)
    this.#running.add(running)
    this.#runningBytes += task.bytes
    this.#timer ??= this.#options.clock.setTimeout(this.#onTimer, this.#options.timeoutMs)
    try {
      const returned = task.run(running.signal)
      if (isThenable(returned)) void this.#await(running, returned)
      else this.#ended(running, { kind: 'RETURNED', returned })
    } catch (error) {
      this.#ended(running, { kind: 'THREW', error })
    }
  }

  async #await(running: RunningHandler<Task>, result: PromiseLike<unknown>): Promise<void> {
    try {
      const returned = await result
      this.#ended(running, { kind: 'RETURNED', returned })
    } catch (error) {
      this.#ended(running, { kind: 'THREW', error })
    }
  }

  #ended(running: RunningHandler<Task>, end: HandlerEnd): void {
    if (running.isOver) return
    running.isOver = true
    const settled = running.task.settle(end)
    if (settled === undefined) this.#release(running)
    else void settled.then(() => this.#release(running))
  }

  #release(running: RunningHandler<Task>): void {
    if (!this.#running.delete(running)) return
    this.#runningBytes -= running.task.bytes
    if (this.#running.size === 0) this.#idle?.()
    this.#pump()
  }

  /** One timer for all: set to the oldest handler's deadline. */
  readonly #onTimer = (): void => {
    this.#timer = undefined
    const nowMs = this.#options.clock.monotonic()
    for (const running of [...this.#running]) {
      if (running.deadline > nowMs || running.isOver) continue
      running.abort(new HandlerTimeoutError(this.#options.timeoutMs))
      this.#ended(running, { kind: 'TIMED_OUT' })
    }
    const oldest = [...this.#running].find(({ isOver }) => !isOver)
    if (oldest !== undefined) this.#timer ??= this.#options.clock.setTimeout(this.#onTimer, oldest.deadline - nowMs)
  }
}

class RunningHandler<Task> {
  readonly task: Task
  readonly deadline: number
  isOver = false
  #controller: AbortController | undefined
  #reason: unknown

  constructor(task: Task, deadline: number) {
    this.task = task
    this.deadline = deadline
  }

  /** Made when asked for: most handlers do not. */
  readonly signal = (): AbortSignal => {
    this.#controller ??= new AbortController()
    if (this.#reason !== undefined) this.#controller.abort(this.#reason)
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#reason = reason
    this.#controller?.abort(reason)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
