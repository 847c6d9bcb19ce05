import { cpus, loadavg, type } from 'node:os'
import { parseArgs } from 'node:util'
import type { Facts } from '../report/markdown'
import { allCases } from './cases'
import { type CodecPlan, fullCodecPlan, measureCases, quickCodecPlan } from './measure'
import { codecReport } from './report'

export const codecUsage = `npm run bench:codec -- [options]

  --quick    few and short rounds: that it works, not how fast it is
  --help`

/** Measures and prints; the exit code is 1 only when the arguments or a codec are wrong, never because a figure is slow. */
export function main(args: readonly string[]): void {
  try {
    const plan = readPlan(args)
    process.stdout.write(plan === 'help' ? `${codecUsage}\n` : run(plan))
  } catch (error) {
    console.error(error instanceof Error && 'code' in error ? `${error.message}\n\n${codecUsage}` : error)
    process.exitCode = 1
  }
}

/** @throws Error with a code for an unknown option. */
export function readPlan(args: readonly string[]): CodecPlan | 'help' {
  const options = { quick: { type: 'boolean', default: false }, help: { type: 'boolean', default: false } } as const
  const { values } = parseArgs({ args: [...args], options })
  return values.help ? 'help' : values.quick ? quickCodecPlan : fullCodecPlan
}

function run(plan: CodecPlan): string {
  const facts: Facts = [
    [
      'machine',
      `${cpus()[0]?.model ?? 'unknown CPU'}, ${cpus().length} cores, ${type()}; load average before it ${loadavg()[0]?.toFixed(2)}`
    ],
    ['versions', `Node.js ${process.version}`],
    ['method', `${plan.rounds} rounds of ${plan.roundMs} ms per operation after one that warms up, in turn, in one process`],
    ['again', `\`npm run bench:codec${plan.isQuick ? ' -- --quick' : ''}\``]
  ]
  const cases = allCases()
  return codecReport(
    plan,
    facts,
    cases,
    measureCases(cases, plan, () => Number(process.hrtime.bigint()))
  )
}
