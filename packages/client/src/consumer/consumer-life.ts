import type { Logger } from 'net-ts-protocol-kit'
import { Deferred } from '../deferred'
import { ClosedError, type RequestRefusedError } from '../errors'
import type { ConsumerState } from './consumer-health'

/** A consumer from its start to its end, as its user sees it. */
export class ConsumerLife {
  readonly #logger: Logger
  readonly #group: string
  readonly #ready = new Deferred()
  readonly #done = new Deferred()
  #state: Exclude<ConsumerState, 'recovering'> = 'starting'

  constructor(logger: Logger, group: string) {
    this.#logger = logger
    this.#group = group
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  get done(): Promise<void> {
    return this.#done.promise
  }

  get isOpen(): boolean {
    return this.#state === 'starting' || this.#state === 'running'
  }

  stateWith(queues: ReadonlyArray<{ readonly isWorking: boolean }>): ConsumerState {
    return this.#state === 'running' && queues.some(({ isWorking }) => !isWorking) ? 'recovering' : this.#state
  }

  started(): void {
    if (this.#state !== 'starting') return
    this.#state = 'running'
    this.#ready.resolve()
  }

  /** Whether it was open until now. */
  failed(error: RequestRefusedError): boolean {
    if (!this.isOpen) return false
    this.#state = 'failed'
    this.#logger.error(`consumer of group ${this.#group} has failed: ${error.message}`, { error })
    this.#ready.reject(error)
    this.#done.reject(error)
    return true
  }

  closing(): void {
    if (this.isOpen) this.#state = 'closing'
  }

  closed(): void {
    if (this.#state !== 'failed') this.#state = 'closed'
    this.#ready.reject(new ClosedError('consumer'))
    this.#done.resolve()
  }
}
