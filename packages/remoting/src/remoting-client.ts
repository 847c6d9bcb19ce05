import {
  type ConnectionClosedError,
  type ConnectionCounters,
  ConnectionGroup,
  type Logger,
  RepeatedLog,
  Sweep,
  silentLogger
} from 'net-ts-protocol-kit'
import { ClientLink, type ConnectionState, type LinkSurroundings } from './client-link'
import { RemotingClosedError } from './errors'
import type { InvokeOptions } from './peer'
import { PendingRequest, type RequestEnd, type RequestToSend, type ResponseListener } from './pending-request'
import { ReconnectPause } from './reconnect-pause'
import type { RemotingClientOptions } from './remoting-client-options'
import type { AnyRequestRow, RemotingResponse } from './remoting-response'
import { RequestDispatcher } from './request-dispatcher'
import type { PeerRequestHandler } from './server-request'
import { type RequestBodyOf, type RequestHeaderOf, releaseVersion } from './wire/index'

/** Called when a connection is gone; without an error when this side closed it. */
export type ConnectionClosedListener = (address: string, error?: ConnectionClosedError) => void

const CALL_SWEEP_INTERVAL_MS = 100
const FORGET_ABOVE_LINKS = 256
const MIB = 1024 * 1024

/**
 * Sends requests to servers and answers theirs, over exactly one connection per address, made when it is first needed. Every failure
 * is a {@link RocketMQError} that says whether the request may have arrived; a response code other than SUCCESS is not a failure.
 */
export class RemotingClient {
  readonly #options: RemotingClientOptions
  readonly #logger: Logger
  readonly #log: RepeatedLog
  readonly #surroundings: LinkSurroundings
  readonly #links = new Map<string, ClientLink>()
  readonly #listeners = new Set<ConnectionClosedListener>()
  #closing: Promise<void> | undefined
  #allClosed: (() => void) | undefined

  constructor(options: RemotingClientOptions) {
    const { clock, maxFrameBytes = 16 * MIB, maxUnsentBytes = 64 * MIB } = options
    this.#options = options
    this.#logger = options.logger ?? silentLogger
    this.#log = new RepeatedLog({ clock, logger: this.#logger })
    this.#surroundings = {
      options,
      connectTimeoutMs: options.connectTimeoutMs ?? 3000,
      closed: (link, error) => this.#onClosed(link, error),
      settings: {
        // A client goes on reading when its server does not: both waiting for each other would help nobody.
        group: new ConnectionGroup({
          clock,
          maxFrameBytes,
          closeAboveBytes: Number.POSITIVE_INFINITY,
          pauseReadingAboveBytes: Number.POSITIVE_INFINITY
        }),
        sweep: new Sweep(clock, CALL_SWEEP_INTERVAL_MS),
        dispatcher: new RequestDispatcher(this.#log),
        log: this.#log,
        maxFrameBytes,
        maxUnsentBytes,
        maxPendingCalls: options.maxPendingCalls ?? 65_536,
        maxInFlight: 1024,
        maxHeld: 1024,
        requestTimeoutMs: options.requestTimeoutMs ?? 3000,
        timeoutsUntilReplaced: options.timeoutsUntilReplaced ?? 3,
        language: options.language,
        version: options.version ?? releaseVersion('4.9.7'),
        serializeType: options.serializeType ?? 'ROCKETMQ',
        command: undefined,
        credentials: options.credentials
      }
    }
  }

  /**
   * Sends a request and resolves with its answer, whatever the response code.
   *
   * Rejects with a {@link RemotingConnectError} when there is no connection, a {@link RemotingTimeoutError} when no answer came in time, a
   * {@link RemotingConnectionLostError} when the connection broke meanwhile, a {@link RemotingOverloadedError} when too much is
   * under way already, a {@link RemotingClosedError} after `close`, a {@link RemotingAbortedError} when `options.signal` says so, and a
   * `HeaderFieldError` for a header that cannot be written. `body` must not change until then.
   */
  invoke<R extends AnyRequestRow>(
    address: string,
    row: R,
    header: RequestHeaderOf<R>,
    body?: RequestBodyOf<R>,
    options: InvokeOptions = NO_OPTIONS
  ): Promise<RemotingResponse<R>> {
    return new Promise((resolve, reject) => this.request(address, row, header, body, options, { answered: resolve, failed: reject }))
  }

  /** {@link invoke} without a promise, for who keeps one of its own. The listener may be called within this call. */
  request<R extends AnyRequestRow>(
    address: string,
    row: R,
    header: RequestHeaderOf<R>,
    body: RequestBodyOf<R> | undefined,
    options: InvokeOptions,
    listener: ResponseListener<R>
  ): void {
    const { timeoutMs = this.#surroundings.settings.requestTimeoutMs, signal } = options
    this.#start({ address, row, header, body, isOneway: false, timeoutMs, signal }, listener as RequestEnd)
  }

  /** Sends a request that is not answered; resolves when it was handed to the transport. Rejects like {@link invoke} when it was not sent. */
  invokeOneway<R extends AnyRequestRow>(address: string, row: R, header: RequestHeaderOf<R>, body?: RequestBodyOf<R>): Promise<void> {
    return new Promise((resolve, reject) => {
      const timeoutMs = this.#surroundings.settings.requestTimeoutMs
      this.#start(
        { address, row, header, body, isOneway: true, timeoutMs, signal: undefined },
        { answered: () => resolve(), failed: reject }
      )
    })
  }

  /** Handles requests of one row that servers send on our connections. */
  handle<R extends AnyRequestRow>(row: R, handler: PeerRequestHandler<R>): void {
    this.#surroundings.settings.dispatcher.register(row, handler)
  }

  /** Calls back when a connection is gone, until the returned function is called. */
  onConnectionClosed(listener: ConnectionClosedListener): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** The state of every address that was asked something. */
  connections(): readonly ConnectionState[] {
    return [...this.#links.values()].map((link) => link.state)
  }

  /** What went over all connections so far. */
  get counters(): ConnectionCounters {
    return this.#surroundings.settings.group.counters
  }

  /** Closes the connection with an address; the next request makes a new one. */
  disconnect(address: string): void {
    this.#links.get(address)?.disconnect()
  }

  /**
   * Fails what is pending, sends what was written, and closes every connection. Resolves when they are closed, at the latest after
   * `timeoutMs` (default 5000). May be called any number of times.
   */
  close({ timeoutMs = 5000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  #start(parts: RequestToSend, end: RequestEnd): void {
    const request = new PendingRequest(parts, this.#surroundings.settings.sweep.now(), end)
    if (request.isAborted) request.abort()
    else if (this.#closing !== undefined) request.fail(clientClosed(request))
    else this.#link(parts.address).send(request)
  }

  #link(address: string): ClientLink {
    return this.#links.get(address) ?? this.#newLink(address)
  }

  #newLink(address: string): ClientLink {
    if (this.#links.size >= FORGET_ABOVE_LINKS) this.#forgetLinks()
    const { clock, reconnectPauseMs = 100, maxReconnectPauseMs = 3000 } = this.#options
    const pause = new ReconnectPause(clock, reconnectPauseMs, maxReconnectPauseMs)
    const link = new ClientLink(address, this.#target(address), this.#surroundings, pause)
    this.#links.set(address, link)
    return link
  }

  #target(address: string): string {
    const { addressMap } = this.#options
    if (typeof addressMap === 'function') return addressMap(address)
    return addressMap !== undefined && Object.hasOwn(addressMap, address) ? (addressMap[address] ?? address) : address
  }

  /** Addresses come and go with the servers behind them. */
  #forgetLinks(): void {
    for (const [address, link] of this.#links) if (link.isForgettable) this.#links.delete(address)
  }

  #onClosed(link: ClientLink, error: ConnectionClosedError): void {
    const isOurs = error.reason === 'closed-here'
    if (!isOurs) this.#log.log('warn', `closed ${error.reason}`, error.message, { address: link.address, error })
    for (const listener of this.#listeners) this.#tell(listener, link.address, isOurs ? undefined : error)
    if (this.#surroundings.settings.group.size === 0) this.#allClosed?.()
  }

  #tell(listener: ConnectionClosedListener, address: string, error: ConnectionClosedError | undefined): void {
    try {
      listener(address, error)
    } catch (failure) {
      this.#log.log('error', 'listener', 'a listener for closed connections failed', { address, error: failure })
    }
  }

  async #close(timeoutMs: number): Promise<void> {
    const links = [...this.#links.values()]
    for (const link of links) link.close()
    await this.#closedOrLate(timeoutMs)
    for (const link of links) link.disconnect()
    this.#log.flush()
  }

  #closedOrLate(timeoutMs: number): Promise<void> {
    const { group } = this.#surroundings.settings
    if (group.size === 0) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = this.#options.clock.setTimeout(resolve, timeoutMs)
      this.#allClosed = () => {
        timer.cancel()
        resolve()
      }
    })
  }
}

const NO_OPTIONS: InvokeOptions = {}

const clientClosed = (request: PendingRequest): RemotingClosedError =>
  new RemotingClosedError(`${request.row.name} to ${request.address} was not sent: the client is closed`, request.facts, 'no')
