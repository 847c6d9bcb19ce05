import { join } from 'node:path'
import { isWanted } from '../options'
import { Driver } from '../process/driver'
import { clusterRow } from '../rows'
import { median } from '../stats/median'
import { attempt, type Bench } from './bench'
import type { ClusterResult } from './results'

const PATIENCE_MS = 60_000

/** Test clusters in a process of their own, with the default options and one topic. */
export async function runCluster(bench: Bench): Promise<void> {
  if (!isWanted(bench.options, clusterRow)) return
  await attempt(bench, clusterRow, 'cluster', async () => {
    const program = join(__dirname, '..', 'drivers', 'cluster.js')
    const driver = await Driver.start({ name: 'test clusters', command: process.execPath, args: [program] })
    try {
      const result = await driver.ask<ClusterResult>('clusters', { times: bench.options.plan.clusterStarts }, PATIENCE_MS)
      if (result.startMs.length === 0) throw new Error('no cluster was started')
      bench.results.cluster = result
      return `${median(result.startMs)?.toFixed(1)} ms`
    } finally {
      await driver.stop()
    }
  })
}
