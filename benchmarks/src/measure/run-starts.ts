import { join } from 'node:path'
import { isWanted } from '../options'
import { PinnedProcess } from '../process/pinned-process'
import { residentBytes } from '../process/usage'
import { root } from '../requirements'
import { type StartRow, startRows } from '../rows'
import { startOfficial } from '../servers/official'
import { median } from '../stats/median'
import { attempt, type Bench, rest } from './bench'
import type { StartResult } from './results'

const START_MS = 30_000

/** How long servers take from spawn until they say that they serve, and what they hold at rest. They may use every core. */
export async function runStarts(bench: Bench): Promise<void> {
  const { ourStarts, officialStarts } = bench.options.plan
  for (const row of startRows.filter((one) => isWanted(bench.options, one))) {
    const times = row.server === 'official' ? officialStarts : ourStarts
    await attempt(bench, row, `${row.id}, ${times} times`, () => startRepeatedly(bench, row, times))
  }
}

interface Started {
  readonly startMs: number
  /** Whose memory counts. */
  readonly pids: readonly number[]
  stop(): Promise<void>
}

async function startRepeatedly(bench: Bench, row: StartRow, times: number): Promise<string> {
  const startMs: number[] = []
  let resident = 0
  for (let time = 1; time <= times; time++) {
    const started = row.server === 'official' ? await startTheirs(bench, time) : await startOurs(storeArguments(bench, row, time))
    startMs.push(started.startMs)
    if (time === times) {
      await rest(bench.options.plan.idleMs)
      resident = started.pids.map(residentBytes).reduce((sum, bytes) => sum + bytes, 0)
    }
    await started.stop()
  }
  const result: StartResult = { startMs, residentBytes: resident }
  bench.results.starts.set(row.id, result)
  return `${median(startMs)?.toFixed(0)} ms, ${(resident / 2 ** 20).toFixed(0)} MiB`
}

/** A store of its own for every start, as the official broker has. */
function storeArguments({ folder }: Bench, { server }: StartRow, time: number): readonly string[] {
  return server === 'ours' ? ['--memory'] : ['--store', join(folder, `start-${server}-${time}`)]
}

/** The command that users run. */
async function startOurs(store: readonly string[]): Promise<Started> {
  const command = join(root, 'packages', 'server', 'dist', 'cli.js')
  const begun = performance.now()
  const args = [command, '--nameserver-port', '0', '--broker-port', '0', ...store]
  const server = new PinnedProcess({ name: 'rocketmq-ts-server', command: process.execPath, args })
  await server.line((line) => line.startsWith('nameserver '), START_MS)
  return { startMs: performance.now() - begun, pids: [server.pid], stop: () => server.stop() }
}

async function startTheirs(bench: Bench, time: number): Promise<Started> {
  const official = await startOfficial({ release: bench.options.release, folder: join(bench.folder, `start-${time}`) })
  const { nameserver, broker } = official.startMs
  return { startMs: nameserver + broker, pids: [official.process.pid, official.nameserverProcess.pid], stop: () => official.stop() }
}
