import { median } from '../stats/median'
import type { CodecCase } from './codec-case'

/** What is measured of a case: ours, then what it is compared with. */
export const operations = ['encode', 'decode', 'stringify', 'parse', 'copy'] as const
export type Operation = (typeof operations)[number]

/** Nanoseconds per call, the median of the rounds. */
export type CaseFigures = Readonly<Record<Operation, number | undefined>>

export interface CodecPlan {
  readonly isQuick: boolean
  readonly rounds: number
  /** How long each operation runs in a round. */
  readonly roundMs: number
}

export const fullCodecPlan: CodecPlan = { isQuick: false, rounds: 15, roundMs: 60 }
export const quickCodecPlan: CodecPlan = { isQuick: true, rounds: 3, roundMs: 5 }

/** Takes what was made, so that the engine must make it. */
export let sink: unknown

/**
 * Measures each operation of each case in every round, there and back, so that a slow moment of the machine meets all of them. The first
 * round warms up and does not count. `nowNs` is a clock in nanoseconds.
 */
export function measureCases(cases: readonly CodecCase[], plan: CodecPlan, nowNs: () => number): readonly CaseFigures[] {
  const jobs = cases.flatMap((one, index) =>
    operations.map((operation) => ({ index, operation, run: runOf(one, operation), times: [] as number[] }))
  )
  for (let round = 0; round <= plan.rounds; round++) {
    for (const job of round % 2 === 0 ? jobs : [...jobs].reverse()) {
      const time = nsPerCall(job.run, plan.roundMs * 1e6, nowNs)
      if (round > 0) job.times.push(time)
    }
  }
  return cases.map((_, index) => figuresOf(jobs.filter((job) => job.index === index)))
}

function figuresOf(jobs: readonly { readonly operation: Operation; readonly times: readonly number[] }[]): CaseFigures {
  return Object.fromEntries(jobs.map(({ operation, times }) => [operation, median(times)])) as CaseFigures
}

function runOf({ encode, decode, plain, frame }: CodecCase, operation: Operation): () => unknown {
  const texts = plain.map((one) => JSON.stringify(one))
  const target = Buffer.alloc(frame.length)
  switch (operation) {
    case 'encode':
      return encode
    case 'decode':
      return decode
    case 'stringify':
      return () => plain.map((one) => JSON.stringify(one))
    case 'parse':
      return () => texts.map((one) => JSON.parse(one))
    case 'copy':
      return () => target.set(frame)
  }
}

/** In batches that double until they are long enough to be timed. */
function nsPerCall(run: () => unknown, wantedNs: number, nowNs: () => number): number {
  let calls = 0
  let spent = 0
  for (let batch = 1; spent < wantedNs; batch = Math.min(batch * 2, 4096)) {
    const before = nowNs()
    for (let call = 0; call < batch; call++) sink = run()
    spent += nowNs() - before
    calls += batch
  }
  return spent / calls
}
