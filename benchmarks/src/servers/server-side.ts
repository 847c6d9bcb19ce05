import type { PinnedProcess } from '../process/pinned-process'

/** What a server process has counted since its start. */
export interface ServerCounters {
  readonly socketWrites?: number
  readonly logWrites?: number
}

/** A server under load, in its own process. */
export interface ServerSide {
  readonly process: PinnedProcess
  /** `host:port` that clients are given. */
  readonly nameserver: string
  /** `host:port` of the broker. */
  readonly broker: string
  /** From its own counters; nothing where it has none. */
  counters(): Promise<ServerCounters>
  stop(): Promise<void>
}
