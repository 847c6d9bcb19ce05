import { type ByteStream, CallTable, type ConnectionClosedError, type ConnectionCounters, parseEndpoint } from 'net-ts-protocol-kit'
import { RemotingClosedError, RemotingConnectError, RemotingOverloadedError, RemotingTimeoutError } from './errors'
import type { PendingRequest } from './pending-request'
import type { ReconnectPause } from './reconnect-pause'
import { type ChannelSettings, RemotingChannel } from './remoting-channel'
import type { RemotingClientOptions } from './remoting-client-options'

/** The state of a client's connection with one server. */
export interface ConnectionState {
  /** As the caller names the server. */
  readonly address: string
  /** Where it is really reached. */
  readonly target: string
  /** `failed`: the last attempt failed; the next request after the pause tries again. */
  readonly state: 'connecting' | 'open' | 'closed' | 'failed'
  /** Milliseconds since the epoch. */
  readonly openSince: number | undefined
  readonly counters: ConnectionCounters | undefined
  readonly pendingCalls: number
  /** Version ordinal of the server, once it has answered. */
  readonly version: number | undefined
  /** Connection attempts in a row that failed, and milliseconds until the next one is allowed. */
  readonly failures: number
  readonly retryInMs: number
}

/** What a {@link ClientLink} needs of its client. */
export interface LinkSurroundings {
  readonly settings: ChannelSettings
  readonly options: Pick<RemotingClientOptions, 'network' | 'tls' | 'addressOrigin'>
  readonly connectTimeoutMs: number
  closed(link: ClientLink, error: ConnectionClosedError): void
}

/** One connection to one address, made when first needed and again after it was lost. */
export class ClientLink {
  readonly address: string
  readonly #target: string
  readonly #surroundings: LinkSurroundings
  readonly #pause: ReconnectPause
  readonly #waiting: CallTable<PendingRequest>
  /** Connections that still finish what was asked of them. */
  readonly #retired = new Set<RemotingChannel>()
  #channel: RemotingChannel | undefined
  #connecting: AbortController | undefined

  constructor(address: string, target: string, surroundings: LinkSurroundings, pause: ReconnectPause) {
    this.address = address
    this.#target = target
    this.#surroundings = surroundings
    this.#pause = pause
    const { sweep, maxPendingCalls } = surroundings.settings
    this.#waiting = new CallTable({
      sweep,
      maxPending: maxPendingCalls,
      onTimeout: (request) => request.fail(new RemotingTimeoutError(request.facts, request.timeoutMs, 'no'))
    })
  }

  get state(): ConnectionState {
    const { failures, remainingMs } = this.#pause
    const channel = this.#channel
    return {
      address: this.address,
      target: this.#target,
      state: channel !== undefined ? 'open' : this.#connecting !== undefined ? 'connecting' : failures > 0 ? 'failed' : 'closed',
      openSince: channel?.openSince,
      counters: channel?.counters,
      pendingCalls: this.#waiting.pending + [...this.#channels].reduce((sum, each) => sum + each.pendingCalls, 0),
      version: channel?.version,
      failures,
      retryInMs: remainingMs
    }
  }

  /** Whether nothing would be lost if it were forgotten. */
  get isForgettable(): boolean {
    return this.isIdle && this.#pause.remainingMs === 0
  }

  /** Whether it has no connection and makes none. */
  get isIdle(): boolean {
    return this.#channel === undefined && this.#connecting === undefined && this.#retired.size === 0
  }

  /** Sends a request on the connection, making one first when there is none. */
  send(request: PendingRequest): void {
    if (this.#channel?.isOpen === true) this.#channel.send(request)
    else this.#wait(request)
  }

  /** Closes the connection; what waits for an answer fails. */
  disconnect(): void {
    this.#connecting?.abort(new Error('disconnected'))
    for (const channel of this.#channels) channel.destroy()
  }

  /** Fails what is pending and closes once what was sent has left. */
  close(): void {
    const closed = (request: PendingRequest, sent: 'no' | 'unknown') =>
      new RemotingClosedError(`${request.row.name} to ${this.address} was given up: the client was closed`, request.facts, sent)
    this.#waiting.drain((request) => request.fail(closed(request, 'no')))
    this.#connecting?.abort(new Error('the client was closed'))
    for (const channel of this.#channels) {
      channel.failCalls((request) => closed(request, 'unknown'))
      channel.close()
    }
  }

  get #channels(): ReadonlySet<RemotingChannel> {
    return this.#channel === undefined ? this.#retired : new Set([...this.#retired, this.#channel])
  }

  #wait(request: PendingRequest): void {
    if (this.#connecting === undefined && this.#pause.remainingMs > 0) {
      request.fail(this.#connectError(this.#pause.error))
      return
    }
    try {
      request.waitIn(this.#waiting, 'no')
    } catch {
      request.fail(new RemotingOverloadedError(request.facts, `${this.#waiting.pending} requests wait for the connection already`))
      return
    }
    if (this.#connecting === undefined) this.#connect()
  }

  #connect(): void {
    const endpoint = parseEndpoint(this.#target)
    if (endpoint === undefined) {
      this.#connectFailed(new Error('an address is host:port'))
      return
    }
    const { options, connectTimeoutMs } = this.#surroundings
    const controller = new AbortController()
    this.#connecting = controller
    const tls = options.tls === undefined ? {} : { tls: options.tls }
    options.network.connect({ ...endpoint, ...tls, timeoutMs: connectTimeoutMs, signal: controller.signal }).then(
      (stream) => this.#connected(stream, controller.signal),
      (error: Error) => this.#connectFailed(error)
    )
  }

  #connected(stream: ByteStream, signal: AbortSignal): void {
    if (signal.aborted) {
      stream.destroy()
      this.#connectFailed(signal.reason)
      return
    }
    this.#connecting = undefined
    this.#pause.succeeded()
    const channel = new RemotingChannel(
      this.#surroundings.settings,
      stream,
      { closed: (closed, error) => this.#closed(closed, error), goAway: (from, request) => this.#goAway(from, request) },
      this.address
    )
    this.#channel = channel
    this.#waiting.drain((request) => channel.send(request))
  }

  #connectFailed(cause: Error): void {
    this.#connecting = undefined
    this.#pause.failed(cause)
    const error = this.#connectError(cause)
    this.#waiting.drain((request) => request.fail(error))
  }

  #connectError(cause: Error | undefined): RemotingConnectError {
    const { failures, remainingMs } = this.#pause
    const origin = this.#surroundings.options.addressOrigin?.(this.address)
    const names = [
      this.address,
      ...(origin === undefined ? [] : [origin]),
      ...(this.#target === this.address ? [] : [`mapped to ${this.#target}`])
    ]
    const name = names.length === 1 ? this.address : `${this.address} (${names.slice(1).join(', ')})`
    const retryInMs = Math.ceil(remainingMs)
    const message = `no connection to ${name}: ${cause?.message ?? 'unknown'}; ${failures} failed, next attempt possible in ${retryInMs} ms`
    return new RemotingConnectError(message, { address: this.address, target: this.#target, origin, failures, retryInMs }, cause)
  }

  /** 5.3 and newer say so before they close: what they refused is asked again on a new connection, once. */
  #goAway(channel: RemotingChannel, request: PendingRequest): boolean {
    this.#retire(channel)
    if (request.isResent) return false
    request.isResent = true
    this.send(request)
    return true
  }

  #retire(channel: RemotingChannel): void {
    if (this.#channel !== channel) return
    this.#channel = undefined
    this.#retired.add(channel)
    channel.retire()
  }

  #closed(channel: RemotingChannel, error: ConnectionClosedError): void {
    this.#retired.delete(channel)
    if (this.#channel === channel) this.#channel = undefined
    this.#surroundings.closed(this, error)
  }
}
