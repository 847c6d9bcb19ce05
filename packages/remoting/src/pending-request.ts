import { type CallTable, type PendingCall, sharedSignal } from 'net-ts-protocol-kit'
import { RemotingAbortedError, type RequestFacts, type SentState } from './errors'
import { type AnyRequestRow, RemotingResponse } from './remoting-response'
import type { RemotingCommand } from './wire/index'

/** Who waits for the answer to a request: exactly one of the two is called, once, and neither may throw. */
export interface ResponseListener<R extends AnyRequestRow = AnyRequestRow> {
  answered(response: RemotingResponse<R>): void
  failed(error: Error): void
}

/** The same for any request: a one-way one is answered with nothing when it was handed over. */
export interface RequestEnd {
  answered(response: RemotingResponse | undefined): void
  failed(error: Error): void
}

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
  readonly #end: RequestEnd
  readonly #signal: AbortSignal | undefined
  readonly #onAbort: (() => void) | undefined
  #table: CallTable<PendingRequest> | undefined
  #id = -1
  #sent: SentState = 'no'

  constructor(request: RequestToSend, now: number, end: RequestEnd) {
    this.address = request.address
    this.row = request.row
    this.header = request.header
    this.body = request.body
    this.isOneway = request.isOneway
    this.timeoutMs = request.timeoutMs
    this.deadline = now + request.timeoutMs
    this.#end = end
    this.#signal = request.signal
    if (this.#signal === undefined) return
    this.#onAbort = () => this.abort()
    sharedSignal(this.#signal).addEventListener('abort', this.#onAbort, { once: true })
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
    this.#end.answered(new RemotingResponse(this.row, command, this.address))
  }

  /** A one-way request has been handed over. */
  handedOver(): void {
    this.#settled()
    this.#end.answered(undefined)
  }

  fail(error: Error): void {
    this.#settled()
    this.#end.failed(error)
  }

  abort(): void {
    this.#table?.cancel(this.#id)
    this.fail(new RemotingAbortedError(this.facts, this.#sent, this.#signal?.reason))
  }

  #settled(): void {
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort)
  }
}
