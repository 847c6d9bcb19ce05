import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { loadavg } from 'node:os'
import { basename, dirname, resolve } from 'node:path'
import type { Bench } from './measure/bench'
import { Results, rowsWithoutFigures } from './measure/results'
import { runCluster } from './measure/run-cluster'
import { runPulls } from './measure/run-pulls'
import { runSends } from './measure/run-sends'
import { runStarts } from './measure/run-starts'
import { Stage } from './measure/stage'
import { BenchOptionError, type BenchOptions, isWanted, readOptions, usage } from './options'
import { allowedCores, type Cores, divideCores } from './process/cpu-set'
import { openRunScope } from './process/run-scope'
import { chart } from './report/chart'
import { type Begun, factsOf } from './report/facts'
import { markdown } from './report/markdown'
import { inspectMachine, type Machine, notRunReason } from './requirements'
import { allRows } from './rows'
import { BrokerAdmin } from './servers/broker-admin'

/** Runs the benchmarks with the arguments of the command line; progress to stderr, the table to stdout. */
export async function main(args: readonly string[]): Promise<void> {
  try {
    const options = readOptions(args)
    if (options === 'help') console.log(usage)
    else process.exitCode = await run(options)
  } catch (error) {
    const text = error instanceof BenchOptionError ? `${error.message}\n\n${usage}` : error
    console.error(text)
    process.exitCode = 1
  }
}

/** Resolves with the exit code: 1 when a row that could run here did not, or lost messages. Never because a figure is slow. */
async function run(options: BenchOptions): Promise<number> {
  const begun: Begun = { at: new Date(), loadAverage: loadavg()[0] ?? 0 }
  const machine = inspectMachine(options.release)
  const cores = machine.pinning === undefined ? divideCores(allowedCores()) : undefined
  const results = new Results()
  for (const row of allRows.filter((one) => isWanted(options, one))) {
    const reason = notRunReason(row, machine)
    if (reason === undefined) continue
    results.couldNotRun(row, reason)
    say(`${row.id} not run: ${reason}`)
  }
  await measureAll(options, cores, results)
  for (const row of rowsWithoutFigures(options, results)) results.wentWrong(row, 'it has no figures')
  report(options, machine, cores, begun, results)
  for (const [row, problem] of results.problems) say(`FAILED ${row}: ${problem}`)
  return results.problems.size === 0 ? 0 : 1
}

async function measureAll(options: BenchOptions, cores: Cores | undefined, results: Results): Promise<void> {
  const folder = openRunScope()
  const stage = new Stage(options, cores ?? { server: { list: '0' }, client: { list: '0' }, others: { list: '0' } }, folder)
  const bench: Bench = { options, stage, admin: new BrokerAdmin(), results, ticksPerSecond: ticksPerSecond(), folder, progress: say }
  try {
    for (const part of [runStarts, runCluster, runSends, runPulls]) await part(bench)
  } finally {
    await bench.admin.close()
    await stage.close()
  }
}

function report(options: BenchOptions, machine: Machine, cores: Cores | undefined, begun: Begun, results: Results): void {
  const facts = factsOf(options, machine, cores, begun)
  process.stdout.write(markdown(options, facts, results))
  if (options.out === undefined) return
  const file = resolve(options.out)
  const picture = file.replace(/\.md$/, '.svg')
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, markdown(options, facts, results, basename(picture)))
  writeFileSync(picture, chart(results))
  say(`written: ${file} and ${basename(picture)}`)
}

function ticksPerSecond(): number {
  const found = Number(spawnSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }).stdout)
  return found > 0 ? found : 100
}

function say(line: string): void {
  process.stderr.write(`bench: ${line}\n`)
}
