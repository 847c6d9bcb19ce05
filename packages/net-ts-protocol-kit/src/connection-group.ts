import { ByteBudget } from './byte-budget'
import type { Clock } from './clock'
import {
  type ConnectionCounters,
  type ConnectionLimits,
  type ConnectionSurroundings,
  DEFAULT_CONNECTION_LIMITS,
  type FlushAt
} from './connection-limits'
import { FrameConnection, type FrameConnectionHandlers } from './frame-connection'
import type { ByteStream } from './network'
import { Sweep } from './sweep'

/** Settings of a {@link ConnectionGroup}. */
export interface ConnectionGroupOptions extends Partial<ConnectionLimits> {
  readonly clock: Clock
  /** Default `end-of-turn`. */
  readonly flushAt?: FlushAt
}

const SWEEP_INTERVAL_MS = 1000

/** The connections of one client or server: what they share and what they may take together. */
export class ConnectionGroup implements ConnectionSurroundings {
  readonly clock: Clock
  readonly flushAt: FlushAt
  readonly limits: ConnectionLimits
  /** Visits every open connection once a second. */
  readonly sweep: Sweep
  readonly partialFrames: ByteBudget
  readonly unsent: ByteBudget
  readonly #open = new Set<FrameConnection>()
  #closed: ConnectionCounters = { reads: 0, bytesIn: 0, framesIn: 0, writes: 0, bytesOut: 0, framesOut: 0 }

  constructor({ clock, flushAt = 'end-of-turn', ...limits }: ConnectionGroupOptions) {
    this.clock = clock
    this.flushAt = flushAt
    this.limits = Object.freeze({ ...DEFAULT_CONNECTION_LIMITS, ...limits })
    this.sweep = new Sweep(clock, SWEEP_INTERVAL_MS)
    this.partialFrames = new ByteBudget(this.limits.totalPartialBytes)
    this.unsent = new ByteBudget(this.limits.totalUnsentBytes)
  }

  /** Connections that are not closed yet, oldest first. */
  get connections(): readonly FrameConnection[] {
    return [...this.#open]
  }

  /** How many they are. */
  get size(): number {
    return this.#open.size
  }

  /** Sums over all connections, closed ones included. */
  get counters(): ConnectionCounters {
    return [...this.#open].reduce((sum, connection) => add(sum, connection.counters), this.#closed)
  }

  /** Takes over a stream. */
  add(stream: ByteStream, handlers: FrameConnectionHandlers): FrameConnection {
    const connection = new FrameConnection(this, stream, {
      frame: handlers.frame,
      closed: (error) => {
        this.#remove(connection)
        handlers.closed(error)
      }
    })
    this.#open.add(connection)
    this.sweep.add(connection)
    return connection
  }

  #remove(connection: FrameConnection): void {
    if (!this.#open.delete(connection)) return
    this.sweep.delete(connection)
    this.#closed = add(this.#closed, connection.counters)
  }
}

const add = (a: ConnectionCounters, b: ConnectionCounters): ConnectionCounters => ({
  reads: a.reads + b.reads,
  bytesIn: a.bytesIn + b.bytesIn,
  framesIn: a.framesIn + b.framesIn,
  writes: a.writes + b.writes,
  bytesOut: a.bytesOut + b.bytesOut,
  framesOut: a.framesOut + b.framesOut
})
