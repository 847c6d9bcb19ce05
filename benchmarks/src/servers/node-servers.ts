import { join } from 'node:path'
import type { CpuSet } from '../process/cpu-set'
import { Driver } from '../process/driver'
import type { ServerCounters, ServerSide } from './server-side'

const ASK_MS = 5_000

/** Our nameserver and broker, or the raw echo. */
export async function startNodeServer(kind: 'echo' | 'ours', cpus: CpuSet): Promise<ServerSide> {
  const program = kind === 'echo' ? 'echo-server.js' : 'our-broker.js'
  const name = kind === 'echo' ? 'the echo server' : 'our broker'
  const driver = await Driver.start({ name, command: process.execPath, args: [join(__dirname, '..', 'drivers', program)], cpus })
  return {
    process: driver.process,
    nameserver: String(driver.ready['nameserver']),
    broker: String(driver.ready['broker']),
    counters: () => driver.ask<ServerCounters>('counters', {}, ASK_MS),
    stop: () => driver.stop()
  }
}
