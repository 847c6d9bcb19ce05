import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connect } from '@rocketmq-ts/client'
import { type Range, readSales } from './report'
import { ReportFile } from './report-file'

const DAY_MS = 24 * 60 * 60 * 1000

async function main(): Promise<void> {
  const { day, range, folder, maxBatches } = readOptions()
  await mkdir(folder, { recursive: true })
  const report = await ReportFile.open(join(folder, `${day}.json`))
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())

  const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
  const batches = await readSales(mq, report, { range, maxBatches, signal: stop.signal })
  await mq.close()

  console.log(`${day}: ${batches} batches, ${report.isComplete ? 'complete' : 'not complete: run it again to go on'}`)
  for (const [product, { count, cents }] of Object.entries(report.totals)) console.log(`${product} ${count} ${(cents / 100).toFixed(2)}`)
}

function readOptions() {
  const { values } = parseArgs({ options: { day: { type: 'string' }, folder: { type: 'string' }, 'max-batches': { type: 'string' } } })
  const yesterday = new Date(Date.now() - DAY_MS).toISOString().slice(0, 10)
  const day = values.day ?? yesterday
  const maxBatches = Number(values['max-batches'] ?? Number.POSITIVE_INFINITY)
  return { day, range: rangeOf(day), folder: values.folder ?? 'reports', maxBatches }
}

/** From midnight to midnight, UTC. */
function rangeOf(day: string): Range {
  const from = Date.parse(`${day}T00:00:00Z`)
  if (Number.isNaN(from)) throw new Error(`--day must be a day such as 2026-12-31, not ${day}`)
  return { from, to: from + DAY_MS }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error)
  process.exit(1)
})
