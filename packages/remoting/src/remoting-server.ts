import {
  type ByteStream,
  type ConnectionClosedError,
  type ConnectionCounters,
  ConnectionGroup,
  type Endpoint,
  type Listener,
  type ListenOptions,
  RepeatedLog,
  Sweep,
  silentLogger
} from 'net-ts-protocol-kit'
import { RemotingClosedError, RocketMQError } from './errors'
import type { Peer } from './peer'
import { type ChannelSettings, RemotingChannel } from './remoting-channel'
import type { AnyRequestRow } from './remoting-response'
import type { RemotingServerLimits, RemotingServerOptions } from './remoting-server-options'
import { type RegisterOptions, RequestDispatcher } from './request-dispatcher'
import type { Processor } from './server-request'
import { releaseVersion } from './wire/index'

/** What a server has done so far. */
export interface RemotingServerStats {
  /** Open connections, and all there ever were. */
  readonly connections: number
  readonly accepted: number
  /** What went over all of them. */
  readonly counters: ConnectionCounters
  /** Requests that wait for our answer, and long polls that do. */
  readonly inFlight: number
  readonly heldPolls: number
  /** Connections that were closed for a broken frame. */
  readonly brokenFrames: number
  /** Memory of frames that have begun, and of bytes that peers have not taken. */
  readonly partialBytes: number
  readonly unsentBytes: number
}

/** Called when a peer is gone; without an error when either side closed the connection in an orderly way. */
export type DisconnectListener = (peer: Peer, error?: ConnectionClosedError) => void

const CALL_SWEEP_INTERVAL_MS = 100
const MIB = 1024 * 1024

/** Accepts connections and gives each request to the processor of its row. */
export class RemotingServer {
  readonly #options: RemotingServerOptions
  readonly #limits: RemotingServerLimits
  readonly #log: RepeatedLog
  readonly #settings: ChannelSettings
  readonly #channels = new Set<RemotingChannel>()
  readonly #connected = new Set<(peer: Peer) => void>()
  readonly #disconnected = new Set<DisconnectListener>()
  #listener: Listener | undefined
  #accepted = 0
  #brokenFrames = 0
  #closing: Promise<void> | undefined
  #onProgress: (() => void) | undefined

  constructor(options: RemotingServerOptions) {
    const { clock, logger = silentLogger } = options
    const limits = { ...DEFAULT_SERVER_LIMITS, ...options.limits }
    this.#options = options
    this.#limits = limits
    this.#log = new RepeatedLog({ clock, logger })
    this.#settings = {
      group: new ConnectionGroup({ clock, flushAt: 'after-input', ...connectionLimits(limits) }),
      sweep: new Sweep(clock, CALL_SWEEP_INTERVAL_MS),
      dispatcher: new RequestDispatcher(this.#log),
      log: this.#log,
      maxFrameBytes: limits.maxFrameBytes,
      maxUnsentBytes: limits.closeAboveBytes,
      maxPendingCalls: 65_536,
      maxInFlight: limits.maxInFlightPerConnection,
      maxHeld: limits.maxHeldPerConnection,
      requestTimeoutMs: 3000,
      timeoutsUntilReplaced: Number.POSITIVE_INFINITY,
      language: options.language ?? 'JAVA',
      version: options.version ?? releaseVersion('5.5.0'),
      serializeType: 'JSON',
      // Nothing to resolve for each frame unless something was set.
      command: Object.keys(limits.command).length === 0 ? undefined : limits.command
    }
  }

  /** Gives requests of `row` to `processor`. Throws when the row has one already. */
  register<R extends AnyRequestRow>(row: R, processor: Processor<R>, options?: RegisterOptions): void {
    this.#settings.dispatcher.register(row, processor, options)
  }

  /** Calls back with each new peer, until the returned function is called. */
  onConnection(listener: (peer: Peer) => void): () => void {
    this.#connected.add(listener)
    return () => void this.#connected.delete(listener)
  }

  /** Calls back with each peer that is gone, until the returned function is called. */
  onDisconnect(listener: DisconnectListener): () => void {
    this.#disconnected.add(listener)
    return () => void this.#disconnected.delete(listener)
  }

  /** Starts to accept connections and resolves with where. Rejects with `LISTEN_FAILED`. */
  async listen(): Promise<Endpoint> {
    if (this.#closing !== undefined) throw new RemotingClosedError('the server is closed and cannot listen again', {}, 'no')
    if (this.#listener !== undefined) throw new RocketMQError('ALREADY_LISTENING', 'the server is listening already')
    const listener = await this.#options.network.listen(this.#listenOptions(), (stream) => this.#accept(stream))
    this.#listener = listener
    if (this.#closing !== undefined) await listener.close()
    return listener.endpoint
  }

  /** Where it listens. */
  get endpoint(): Endpoint | undefined {
    return this.#listener?.endpoint
  }

  /** Open connections, oldest first. */
  get peers(): readonly Peer[] {
    return [...this.#channels]
  }

  get stats(): RemotingServerStats {
    const { group } = this.#settings
    const channels = [...this.#channels]
    return {
      connections: channels.length,
      accepted: this.#accepted,
      counters: group.counters,
      inFlight: channels.reduce((sum, channel) => sum + channel.inFlight, 0),
      heldPolls: channels.reduce((sum, channel) => sum + channel.heldPolls, 0),
      brokenFrames: this.#brokenFrames,
      partialBytes: group.partialFrames.usedBytes,
      unsentBytes: group.unsent.usedBytes
    }
  }

  /**
   * Accepts no more connections, answers what is in flight, sends newcomers away (GO_AWAY, to those that know it), and closes every
   * connection. Resolves when they are closed, at the latest after `timeoutMs` (default 5000). Long polls are not waited for: whoever
   * holds them answers them first. May be called any number of times.
   */
  close({ timeoutMs = 5000 }: { readonly timeoutMs?: number } = {}): Promise<void> {
    this.#closing ??= this.#close(timeoutMs)
    return this.#closing
  }

  #listenOptions(): ListenOptions {
    const { host = '127.0.0.1', port, tls, tlsMode } = this.#options
    const { maxConnections, firstFrameTimeoutMs } = this.#limits
    return {
      host,
      port,
      refused: (error) => this.#log.log('warn', `refused ${error.code}`, error.message, { ...error.facts, error }),
      ...(Number.isFinite(maxConnections) ? { maxConnections } : {}),
      ...(Number.isFinite(firstFrameTimeoutMs) ? { handshakeTimeoutMs: firstFrameTimeoutMs } : {}),
      ...(tls === undefined ? {} : { tls }),
      ...(tlsMode === undefined ? {} : { tlsMode })
    }
  }

  #accept(stream: ByteStream): void {
    if (this.#closing !== undefined) {
      stream.destroy()
      return
    }
    const channel = new RemotingChannel(this.#settings, stream, {
      closed: (closed, error) => this.#onClosed(closed, error),
      idle: () => this.#onProgress?.()
    })
    this.#accepted++
    this.#channels.add(channel)
    for (const listener of this.#connected) this.#guard(() => listener(channel))
  }

  #onClosed(channel: RemotingChannel, error: ConnectionClosedError): void {
    this.#channels.delete(channel)
    const isOrderly = error.reason === 'closed-here' || error.reason === 'closed-by-peer'
    if (!isOrderly) this.#note(channel, error)
    for (const listener of this.#disconnected) this.#guard(() => (isOrderly ? listener(channel) : listener(channel, error)))
    this.#onProgress?.()
  }

  #note(channel: RemotingChannel, error: ConnectionClosedError): void {
    if (error.reason === 'protocol-error') this.#brokenFrames++
    this.#log.log('warn', `closed ${error.reason}`, error.message, { peer: channel.id, error })
  }

  #guard(tell: () => void): void {
    try {
      tell()
    } catch (error) {
      this.#log.log('error', 'listener', 'a listener for connections failed', { error })
    }
  }

  async #close(timeoutMs: number): Promise<void> {
    const deadline = this.#options.clock.monotonic() + timeoutMs
    this.#settings.dispatcher.isGoingAway = true
    await this.#listener?.close()
    await this.#until(deadline, () => this.stats.inFlight === 0)
    for (const channel of this.#channels) {
      channel.failCalls(({ row, facts }) => new RemotingClosedError(`${row.name} was given up: the server was closed`, facts, 'unknown'))
      channel.close()
    }
    await this.#until(deadline, () => this.#channels.size === 0)
    for (const channel of this.#channels) channel.destroy()
    this.#log.flush()
  }

  /** Waits for `condition`, which only answers and closed connections change. */
  #until(deadline: number, condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => {
      const { clock } = this.#options
      const timer = clock.setTimeout(() => finish(), deadline - clock.monotonic())
      const finish = (): void => {
        timer.cancel()
        this.#onProgress = undefined
        resolve()
      }
      this.#onProgress = () => {
        if (condition()) finish()
      }
    })
  }
}

const DEFAULT_SERVER_LIMITS: RemotingServerLimits = {
  maxFrameBytes: 16 * MIB,
  totalPartialBytes: 128 * MIB,
  partialFrameTimeoutMs: 30_000,
  firstFrameTimeoutMs: 10_000,
  idleTimeoutMs: 120_000,
  maxConnections: 10_000,
  maxInFlightPerConnection: 1024,
  maxHeldPerConnection: 16_384,
  pauseReadingAboveBytes: 4 * MIB,
  closeAboveBytes: 16 * MIB,
  drainTimeoutMs: 60_000,
  totalUnsentBytes: 256 * MIB,
  command: {}
}

const connectionLimits = ({ maxConnections, maxInFlightPerConnection, maxHeldPerConnection, command, ...limits }: RemotingServerLimits) =>
  limits
