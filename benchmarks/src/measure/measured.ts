import type { LoadResult } from '../drivers/load'
import type { Usage } from '../process/usage'
import type { ServerCounters } from '../servers/server-side'

/** Writes per message, and where the figure is from: the process's own count of socket writes, or all its system calls that write. */
export interface Writes {
  readonly perMessage: number
  readonly source: 'own' | 'system calls'
}

/** One measurement of one cell. CPU is user and system time of the whole process, microseconds per message. */
export interface Measured {
  readonly messages: number
  readonly failed: number
  readonly firstError: string | undefined
  readonly perSecond: number
  readonly p50Micros: number | undefined
  readonly p99Micros: number | undefined
  readonly clientCpu: number
  readonly serverCpu: number
  readonly clientWrites: Writes | undefined
  readonly serverWrites: Writes | undefined
  readonly logWrites: number | undefined
  /** Stored beyond what was acknowledged: retries whose first attempt had been stored. `undefined` where nothing is stored. */
  readonly storedBeyondAcknowledged: number | undefined
}

/** What both processes had used at one moment. */
export interface Moment {
  readonly client: Usage
  readonly server: Usage
  readonly clientCounters: ServerCounters
  readonly serverCounters: ServerCounters
}

/** @throws when nothing was measured */
export function measured(load: LoadResult, before: Moment, after: Moment, beyond?: number): Measured {
  const { messages, elapsedNs } = load
  if (!(messages > 0 && elapsedNs > 0))
    throw new Error(`no message was answered: ${load.failed} failed, ${load.firstError ?? 'no reason given'}`)
  const perMessage = (later: number | undefined, earlier: number | undefined): number | undefined =>
    later === undefined || earlier === undefined ? undefined : (later - earlier) / messages
  return {
    messages,
    failed: load.failed,
    firstError: load.firstError,
    perSecond: (messages * 1e9) / elapsedNs,
    p50Micros: load.p50Ns === null ? undefined : load.p50Ns / 1e3,
    p99Micros: load.p99Ns === null ? undefined : load.p99Ns / 1e3,
    clientCpu: (after.client.cpuMicros - before.client.cpuMicros) / messages,
    serverCpu: (after.server.cpuMicros - before.server.cpuMicros) / messages,
    clientWrites: writes(
      perMessage(after.clientCounters.socketWrites, before.clientCounters.socketWrites),
      perMessage(after.client.writeCalls, before.client.writeCalls)
    ),
    serverWrites: writes(
      perMessage(after.serverCounters.socketWrites, before.serverCounters.socketWrites),
      perMessage(after.server.writeCalls, before.server.writeCalls)
    ),
    logWrites: perMessage(after.serverCounters.logWrites, before.serverCounters.logWrites),
    storedBeyondAcknowledged: beyond
  }
}

function writes(own: number | undefined, systemCalls: number | undefined): Writes | undefined {
  if (own !== undefined) return { perMessage: own, source: 'own' }
  return systemCalls === undefined ? undefined : { perMessage: systemCalls, source: 'system calls' }
}
