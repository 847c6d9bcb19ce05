import type { CallTable, PendingCall } from 'net-ts-protocol-kit'
import { RemotingAbortedError, type RequestFacts, type SentState } from './errors'
import { type AnyRequestRow, RemotingResponse } from './remoting-response'
import type { RemotingCommand } from './wire/index'

/** What a {@link PendingRequest} is made of. */
export interface RequestToSend {
  readonly address: string
  readonly row: AnyRequestRow
  readonly header: unknown
  readonly body: unknown
  readonly isOneway: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
}

/** A request from the moment it is made until it is answered or has failed. */
export class PendingRequest implements PendingCall {
  readonly address: string
  readonly row: AnyRequestRow
  readonly header: unknown
  readonly body: unknown
  readonly isOneway: boolean
  readonly timeoutMs: number
  readonly deadline: number
  /** Whether it was sent a second time because the first server went away. */
  isResent = false
  readonly #resolve: (response: unknown) => void
  readonly #reject: (error: Error) => void
  readonly #signal: AbortSignal | undefined
  #table: CallTable<PendingRequest> | undefined
  #id = -1
  #sent: SentState = 'no'

  /** `resolve` gets a {@link RemotingResponse}, or `undefined` for a one-way request. */
  constructor(request: RequestToSend, now: number, resolve: (response: unknown) => void, reject: (error: Error) => void) {
    this.address = request.address
    this.row = request.row
    this.header = request.header
    this.body = request.body
    this.isOneway = request.isOneway
    this.timeoutMs = request.timeoutMs
    this.deadline = now + request.timeoutMs
    this.#resolve = resolve
    this.#reject = reject
    this.#signal = request.signal
    this.#signal?.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** Whether the caller gave up before it began. */
  get isAborted(): boolean {
    return this.#signal?.aborted === true
  }

  get facts(): RequestFacts {
    return { address: this.address, requestCode: this.row.code, request: this.row.name }
  }

  /** Notes where it waits: throws when that is full. */
  waitIn(table: CallTable<PendingRequest>, sent: SentState): number {
    this.#id = table.add(this)
    this.#table = table
    this.#sent = sent
    return this.#id
  }

  succeed(command: RemotingCommand): void {
    this.#settled()
    this.#resolve(new RemotingResponse(this.row, command, this.address))
  }

  /** A one-way request has been handed over. */
  handedOver(): void {
    this.#settled()
    this.#resolve(undefined)
  }

  fail(error: Error): void {
    this.#settled()
    this.#reject(error)
  }

  abort(): void {
    this.#table?.cancel(this.#id)
    this.fail(new RemotingAbortedError(this.facts, this.#sent, this.#signal?.reason))
  }

  readonly #onAbort = (): void => this.abort()

  #settled(): void {
    this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
