import { spawnSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { expect } from '@jest/globals'

/** What can start a release here: a container of that image, or the jars as plain processes. */
export type Means =
  | { readonly kind: 'container'; readonly image: string }
  | { readonly kind: 'jars'; readonly lib: string; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string }

const root = resolve(__dirname, '..', '..')
const reports = join(root, '.build')

/**
 * Finds out once per test run. Throws when `REQUIRE_CONTAINERS=1` and there is no container: a run that must be judged by the official
 * images may not pass without them.
 */
export function meansFor(version: string): Means {
  const means = remembered(version) ?? probe(version)
  remember(version, means)
  if (process.env['REQUIRE_CONTAINERS'] === '1' && means.kind !== 'container') {
    throw new Error(`REQUIRE_CONTAINERS=1, but RocketMQ ${version} cannot run in a container: ${means.reason}`)
  }
  return means
}

function probe(version: string): Means {
  const script = join(__dirname, 'probe.mjs')
  const run = spawnSync(process.execPath, [script, version], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], cwd: root })
  if (run.status !== 0) return { kind: 'none', reason: `integration/official/probe.mjs failed with exit code ${run.status}` }
  return JSON.parse(run.stdout) as Means
}

/** The answer is kept for the other files of the same run, which is one process: a pull that fails may take long to. */
const memory = join(reports, 'availability.json')
const startedAt = Math.round((Date.now() / 1000 - process.uptime()) / 10)
const runId = `${process.pid} ${startedAt} ${process.env['ROCKETMQ_IMAGE'] ?? ''}`

function remembered(version: string): Means | undefined {
  if (!existsSync(memory)) return undefined
  const kept = JSON.parse(readFileSync(memory, 'utf8')) as { run: string; version: string; means: Means }[]
  return kept.find((one) => one.run === runId && one.version === version)?.means
}

function remember(version: string, means: Means): void {
  if (remembered(version) !== undefined) return
  const kept = existsSync(memory) ? (JSON.parse(readFileSync(memory, 'utf8')) as { run: string }[]) : []
  mkdirSync(reports, { recursive: true })
  // Renamed into place: a worker of the same run may be reading it.
  const incoming = `${memory}.${process.pid}`
  writeFileSync(incoming, JSON.stringify([...kept.filter((one) => one.run === runId), { run: runId, version, means }]))
  renameSync(incoming, memory)
}

/** Says loudly, now and in the summary of `npm test`, that a test file goes without one of its judges. */
export function reportNotRun(version: string, reason: string): void {
  const file = relative(root, expect.getState().testPath ?? '')
  const line = `${file} against the official ${version}: ${reason}`
  process.stderr.write(`NOT RUN: ${line}\n`)
  appendLine('not-run.txt', line)
}

/** Adds a line to a file of the run's reports, once. */
export function appendLine(report: 'not-run.txt' | 'judges.txt', line: string): void {
  const file = join(reports, report)
  mkdirSync(reports, { recursive: true })
  if (existsSync(file) && readFileSync(file, 'utf8').split('\n').includes(line)) return
  appendFileSync(file, `${line}\n`)
}
