import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, type } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { openRunScope } from '../process/run-scope'
import type { Facts } from '../report/markdown'
import { appendContest } from './append-contest'
import { coldReadContest } from './cold-read-contest'
import { type Contest, measureContest } from './contest'
import { type Footprint, measureFootprint } from './footprint'
import { hotReadContest } from './hot-read-contest'
import { readStoreOptions, StoreBenchOptionError, type StoreBenchOptions, type StorePart, storeUsage } from './options'
import type { StorePlan } from './plan'
import { recoveryContest } from './recovery-contest'
import { type MeasuredContest, storeReport } from './report'
import { sendersContest } from './senders-contest'

const contests: Readonly<Record<Exclude<StorePart, 'footprint'>, (folder: string, plan: StorePlan) => Promise<Contest>>> = {
  append: appendContest,
  senders: sendersContest,
  hot: hotReadContest,
  cold: coldReadContest,
  recovery: recoveryContest
}

/** Measures and prints; the exit code is 1 when something could not be measured, never because a figure is slow. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readStoreOptions(args)
    if (options === 'help') console.log(storeUsage)
    else await run(options)
  } catch (error) {
    console.error(error instanceof StoreBenchOptionError ? `${error.message}\n\n${storeUsage}` : error)
    process.exitCode = 1
  }
}

async function run(options: StoreBenchOptions): Promise<void> {
  const facts = factsOf(options)
  const folder = openRunScope()
  const measured: MeasuredContest[] = []
  let footprint: Footprint | undefined
  for (const part of options.parts) {
    say(part)
    if (part === 'footprint') footprint = await measureFootprint(folder, options.plan, say)
    else measured.push(await measure(contests[part], join(folder, part), options.plan))
  }
  const report = storeReport(options.plan, facts, measured, footprint)
  process.stdout.write(report)
  if (options.out === undefined) return
  const file = resolve(options.out)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, report)
}

async function measure(
  make: (folder: string, plan: StorePlan) => Promise<Contest>,
  folder: string,
  plan: StorePlan
): Promise<MeasuredContest> {
  mkdirSync(folder)
  const contest = await make(folder, plan)
  try {
    return { contest, rates: await measureContest(contest, plan.rounds) }
  } finally {
    await contest.close()
    rmSync(folder, { recursive: true })
  }
}

function factsOf({ plan }: StoreBenchOptions): Facts {
  const { footprint, rounds } = plan
  return [
    ['date', `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC; load average before it ${loadavg()[0]?.toFixed(2)}`],
    ['machine', `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${type()}`],
    ['versions', `Node.js ${process.version}`],
    [
      'method',
      `${rounds} rounds after one that warms up, contenders in turn, not pinned; ${footprint.messages} messages for memory and start`
    ],
    ['again', `\`npm run bench:store${plan.isQuick ? ' -- --quick' : ''}\``]
  ]
}

function say(line: string): void {
  process.stderr.write(`bench:store: ${line}\n`)
}
