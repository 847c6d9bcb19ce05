import {
  type ByteStream,
  CallTable,
  type ConnectionClosedError,
  type ConnectionCounters,
  type ConnectionGroup,
  type Endpoint,
  type FrameConnection,
  formatEndpoint,
  type RepeatedLog,
  type Sweep
} from 'net-ts-protocol-kit'
import { RemotingConnectionLostError, RemotingOverloadedError, RemotingTimeoutError } from './errors'
import type { InvokeOptions, Peer } from './peer'
import { PendingRequest } from './pending-request'
import type { AnyRequestRow, RemotingResponse } from './remoting-response'
import type { RequestDispatcher } from './request-dispatcher'
import type { Answer } from './server-request'
import { signedCommand } from './signed-command'
// For each message: from where they are defined, because names exported from another file are getters.
import { CommandFlag } from './wire/command/command'
import { decodeCommand } from './wire/command/decode-command'
import { ReleaseVersion } from './wire/generated/peers'
import { ResponseCode } from './wire/generated/response-codes'
import type {
  CommandLimits,
  Credentials,
  LanguageName,
  OutgoingCommand,
  RemotingCommand,
  RequestBodyOf,
  RequestHeaderOf,
  SerializeType
} from './wire/index'
import { type BodyParts, NO_BODY, sendCommand } from './write-command'

/** What the channels of one client or server share. */
export interface ChannelSettings {
  readonly group: ConnectionGroup
  /** Finds overdue calls. */
  readonly sweep: Sweep
  readonly dispatcher: RequestDispatcher
  readonly log: RepeatedLog
  readonly maxFrameBytes: number
  readonly maxPendingCalls: number
  readonly maxUnsentBytes: number
  readonly maxInFlight: number
  readonly maxHeld: number
  readonly requestTimeoutMs: number
  readonly timeoutsUntilReplaced: number
  /** `undefined`: by the peer's version. */
  readonly language: LanguageName | undefined
  readonly version: number
  readonly serializeType: SerializeType
  readonly command: CommandLimits | undefined
  /** Signs every request. */
  readonly credentials?: Credentials | undefined
}

/** What a channel reports. */
export interface ChannelHandlers {
  closed(channel: RemotingChannel, error: ConnectionClosedError): void
  /** The server goes away: the request wants another connection. `false`: it gets that answer. */
  goAway?(channel: RemotingChannel, request: PendingRequest): boolean
  /** The last request that had to be answered soon was. */
  idle?(): void
}

let channels = 0

/** A connection on which both sides ask and answer. */
export class RemotingChannel implements Peer {
  readonly id: string
  readonly address: string
  readonly #settings: ChannelSettings
  readonly #handlers: ChannelHandlers
  readonly #connection: FrameConnection
  readonly #calls: CallTable<PendingRequest>
  readonly #openSince: number
  #version: number | undefined
  #inFlight = 0
  #heldPolls = 0
  #isPaused = false
  #isRetired = false
  #readsAtTimeout = -1
  #lastTimeoutAt = Number.NEGATIVE_INFINITY
  #timeoutsInSilence = 0

  /** Takes over `stream`. `address` is how the caller names the other side; default where it really is. */
  constructor(settings: ChannelSettings, stream: ByteStream, handlers: ChannelHandlers, address = formatEndpoint(stream.remote)) {
    this.#settings = settings
    this.#handlers = handlers
    this.id = `${++channels}@${formatEndpoint(stream.remote)}`
    this.address = address
    this.#openSince = settings.group.clock.now()
    this.#calls = new CallTable({
      sweep: settings.sweep,
      maxPending: settings.maxPendingCalls,
      onTimeout: (request) => this.#onTimeout(request)
    })
    this.#connection = settings.group.add(stream, {
      frame: (bytes, start, end) => this.#onFrame(bytes.subarray(start, end)),
      closed: (error) => this.#onClosed(error)
    })
  }

  get remote(): Endpoint {
    return this.#connection.remote
  }

  get local(): Endpoint {
    return this.#connection.local
  }

  get isOpen(): boolean {
    return this.#connection.isOpen
  }

  get version(): number | undefined {
    return this.#version
  }

  get counters(): ConnectionCounters {
    return this.#connection.counters
  }

  /** When it was opened, in milliseconds since the epoch. */
  get openSince(): number {
    return this.#openSince
  }

  /** Requests of ours that wait for their answer. */
  get pendingCalls(): number {
    return this.#calls.pending
  }

  /** Answers that nobody waited for. */
  get unknownResponses(): number {
    return this.#calls.unknownResponses
  }

  /** Requests of the peer that wait for our answer, long polls apart. */
  get inFlight(): number {
    return this.#inFlight
  }

  /** Long polls of the peer that wait for our answer. */
  get heldPolls(): number {
    return this.#heldPolls
  }

  get isHoldingTooMany(): boolean {
    return this.#heldPolls >= this.#settings.maxHeld
  }

  invoke<R extends AnyRequestRow>(
    row: R,
    header: RequestHeaderOf<R>,
    body?: RequestBodyOf<R>,
    options: InvokeOptions = {}
  ): Promise<RemotingResponse<R>> {
    return new Promise((resolve, reject) => {
      const { timeoutMs = this.#settings.requestTimeoutMs, signal } = options
      const parts = { address: this.address, row, header, body, isOneway: false, timeoutMs, signal }
      const end = { answered: resolve as (response: unknown) => void, failed: reject }
      const request = new PendingRequest(parts, this.#settings.sweep.now(), end)
      if (request.isAborted) request.abort()
      else this.send(request)
    })
  }

  invokeOneway<R extends AnyRequestRow>(row: R, header: RequestHeaderOf<R>, body?: RequestBodyOf<R>): void {
    if (!this.isOpen) return
    const encoded = row.request.body.encode(body)
    this.#write(this.#request(row, header, encoded, this.#calls.takeId(), CommandFlag.ONEWAY), bodyParts(encoded))
  }

  /** Sends a request, or fails it. */
  send(request: PendingRequest): void {
    try {
      if (this.#connection.unsentBytes > this.#settings.maxUnsentBytes)
        throw overloaded(request, 'the server does not take what was sent before')
      if (request.isOneway) this.#sendOneway(request)
      else this.#sendCall(request)
    } catch (error) {
      request.fail(error as Error)
    }
  }

  /** Answers a request of the peer. Never throws; nothing happens when it is one-way or the peer is gone. */
  respond(row: AnyRequestRow | undefined, command: RemotingCommand, answer: Answer): void {
    if (command.isOneway || !this.isOpen) return
    try {
      this.#write(this.#answer(row, command, answer), answerParts(row, answer))
    } catch (error) {
      const what = row?.name ?? String(command.code)
      this.#settings.log.log('error', `answer ${what}`, `the answer to ${what} cannot be written`, { peer: this.id, error })
      const failure: Answer = { code: ResponseCode.SYSTEM_ERROR, remark: `the answer to ${what} cannot be written` }
      this.#write(this.#answer(undefined, command, failure), NO_BODY)
    }
  }

  /** For the dispatcher: a request of the peer is being worked on. */
  requestBegan(isLongPoll: boolean): void {
    if (isLongPoll) {
      this.#heldPolls++
      return
    }
    this.#inFlight++
    if (this.#inFlight < this.#settings.maxInFlight || this.#isPaused) return
    this.#isPaused = true
    this.#connection.pause()
  }

  /** For the request: it is over. */
  requestEnded(isLongPoll: boolean): void {
    if (isLongPoll) {
      this.#heldPolls--
      return
    }
    this.#inFlight--
    if (this.#inFlight === 0) this.#handlers.idle?.()
    if (!this.#isPaused || this.#inFlight > this.#settings.maxInFlight / 2) return
    this.#isPaused = false
    this.#connection.resume()
  }

  /** Closes the connection once what is pending has been sent. Requests that wait for an answer fail when it is closed. */
  close(): void {
    this.#connection.end()
  }

  /** Closes at once. */
  destroy(): void {
    this.#connection.close()
  }

  /** Sends nothing new and closes when the last pending call is over. */
  retire(): void {
    this.#isRetired = true
    this.#closeWhenRetired()
  }

  /** Fails every request that waits for an answer. */
  failCalls(makeError: (request: PendingRequest) => Error): void {
    this.#calls.drain((request) => request.fail(makeError(request)))
  }

  #sendCall(request: PendingRequest): void {
    const body = request.row.request.body.encode(request.body)
    const id = this.#enlist(request)
    try {
      this.#write(this.#request(request.row, request.header, body, id, 0), bodyParts(body))
    } catch (error) {
      this.#calls.cancel(id)
      throw error
    }
  }

  /** The caller may change its body as soon as the promise resolves, so nothing of it is sent by reference. */
  #sendOneway(request: PendingRequest): void {
    const body = Buffer.from(request.row.request.body.encode(request.body))
    this.#write(this.#request(request.row, request.header, body, this.#calls.takeId(), CommandFlag.ONEWAY), bodyParts(body))
    this.#settings.group.clock.defer(() => request.handedOver())
  }

  #enlist(request: PendingRequest): number {
    try {
      return request.waitIn(this.#calls, 'unknown')
    } catch {
      throw overloaded(request, `${this.#calls.pending} requests wait for an answer already`)
    }
  }

  #request(row: AnyRequestRow, header: unknown, body: Buffer, opaque: number, flag: number): OutgoingCommand {
    const { version, serializeType, credentials } = this.#settings
    const { header: table } = row.request
    const command = { code: row.code, language: this.#language, version, opaque, flag, serializeType, table, header: header as object }
    return credentials === undefined ? command : signedCommand(command, body, credentials)
  }

  #answer(row: AnyRequestRow | undefined, command: RemotingCommand, answer: Answer): OutgoingCommand {
    const { code, remark, header, extFields } = answer
    const hasHeader = row !== undefined && row.response.header.fields.length > 0
    return {
      code,
      language: this.#language,
      version: this.#settings.version,
      opaque: command.opaque,
      flag: CommandFlag.RESPONSE,
      remark,
      serializeType: command.serializeType,
      table: row?.response.header,
      header: header as object | undefined,
      // Official clients read ext fields of such answers without asking whether there are any.
      fields: extFields === undefined ? (hasHeader ? NO_FIELDS : undefined) : new Map(Object.entries(extFields))
    }
  }

  get #language(): LanguageName {
    const { language } = this.#settings
    if (language !== undefined) return language
    return this.#version !== undefined && this.#version >= ReleaseVersion.V5_0_0 ? 'NODE_JS' : 'OTHER'
  }

  #write(command: OutgoingCommand, parts: BodyParts): void {
    sendCommand(this.#connection, command, parts, this.#settings.maxFrameBytes)
  }

  #onFrame(frame: Buffer): void {
    const command = decodeCommand(frame, this.#settings.command)
    this.#version = command.version
    if (command.isResponse) this.#onResponse(command)
    else this.#settings.dispatcher.dispatch(this, command)
  }

  #onResponse(command: RemotingCommand): void {
    const request = this.#calls.take(command.opaque)
    if (request === undefined) {
      const facts = { peer: this.id, opaque: command.opaque, code: command.code }
      this.#settings.log.log('debug', 'unknown-response', 'an answer came that nobody waits for', facts)
      return
    }
    const isTakenOver = command.code === ResponseCode.GO_AWAY && this.#handlers.goAway?.(this, request) === true
    if (!isTakenOver) request.succeed(command)
    this.#closeWhenRetired()
  }

  #onTimeout(request: PendingRequest): void {
    request.fail(new RemotingTimeoutError(request.facts, request.timeoutMs, 'unknown'))
    this.#closeWhenRetired()
    this.#noteSilence(request)
  }

  /**
   * A timeout fails one request only. But when several in a row, each sent after the one before had failed, got nothing and nothing
   * else came either, the other side is gone without a word.
   */
  #noteSilence(request: PendingRequest): void {
    const { reads } = this.#connection.counters
    if (reads !== this.#readsAtTimeout) this.#timeoutsInSilence = 0
    const sentAt = request.deadline - request.timeoutMs
    if (this.#timeoutsInSilence > 0 && sentAt < this.#lastTimeoutAt) return
    this.#readsAtTimeout = reads
    this.#lastTimeoutAt = this.#settings.sweep.now()
    this.#timeoutsInSilence++
    if (this.#timeoutsInSilence >= this.#settings.timeoutsUntilReplaced) this.#connection.close('peer-not-answering')
  }

  #closeWhenRetired(): void {
    if (this.#isRetired && this.#calls.pending === 0) this.close()
  }

  #onClosed(error: ConnectionClosedError): void {
    this.failCalls((request) => new RemotingConnectionLostError(request.facts, 'unknown', error))
    this.#handlers.closed(this, error)
  }
}

const NO_FIELDS: ReadonlyMap<string, string> = new Map()

const bodyParts = (body: Buffer): BodyParts => (body.length === 0 ? NO_BODY : [body])

const answerParts = (row: AnyRequestRow | undefined, { body }: Answer): BodyParts => {
  if (body === undefined || row === undefined) return NO_BODY
  return isParts(body) ? body : bodyParts(row.response.body.encode(body))
}

const isParts = (body: unknown): body is readonly Buffer[] => Array.isArray(body) && body.every(Buffer.isBuffer)

const overloaded = (request: PendingRequest, reason: string): RemotingOverloadedError => new RemotingOverloadedError(request.facts, reason)
