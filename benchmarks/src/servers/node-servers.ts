import { join } from 'node:path'
import type { CpuSet } from '../process/cpu-set'
import { Driver } from '../process/driver'
import type { OurServerKind } from '../rows'
import type { ServerCounters, ServerSide } from './server-side'

const ASK_MS = 5_000

/** Our nameserver and broker, or the raw echo. `directory` is for a store on disk. */
export async function startNodeServer(kind: 'echo' | OurServerKind, cpus: CpuSet, directory: string): Promise<ServerSide> {
  const program = kind === 'echo' ? 'echo-server.js' : 'our-broker.js'
  const name = kind === 'echo' ? 'the echo server' : 'our broker'
  const args = [join(__dirname, '..', 'drivers', program), ...storeArguments(kind, directory)]
  const driver = await Driver.start({ name, command: process.execPath, args, cpus })
  return {
    process: driver.process,
    nameserver: String(driver.ready['nameserver']),
    broker: String(driver.ready['broker']),
    counters: () => driver.ask<ServerCounters>('counters', {}, ASK_MS),
    stop: () => driver.stop()
  }
}

function storeArguments(kind: 'echo' | OurServerKind, directory: string): readonly string[] {
  if (kind === 'echo' || kind === 'ours') return []
  return [directory, kind === 'ours-disk' ? 'ASYNC_FLUSH' : 'SYNC_FLUSH']
}
