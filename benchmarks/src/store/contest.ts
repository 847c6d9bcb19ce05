import { median } from '../stats/median'

/** One way to do a thing. */
export interface Contender {
  readonly id: string
  readonly title: string
  /** Does it once. Resolves with how much of it a second brings, in the contest's unit. */
  run(): Promise<number> | number
}

/** One contender over another, and what this house wants of that. */
export interface Comparison {
  readonly what: string
  readonly ours: string
  readonly other: string
  /** Left out: told for those who want to know why. */
  readonly atLeast?: number
}

/** Ways to do one thing, which take turns. */
export interface Contest {
  readonly id: string
  readonly title: string
  /** Of every rate in it. */
  readonly unit: 'MiB/s' | 'messages/s'
  readonly contenders: readonly Contender[]
  readonly comparisons: readonly Comparison[]
  /** Lets go of files. */
  close(): Promise<void>
}

/** The rates of each contender, round by round. */
export type Rates = ReadonlyMap<string, readonly number[]>

/** Every contender once per round, there and back, so that a slow moment of the machine meets all. The first round warms up and does not count. */
export async function measureContest(contest: Contest, rounds: number): Promise<Rates> {
  const rates = new Map(contest.contenders.map(({ id }) => [id, [] as number[]]))
  for (let round = 0; round <= rounds; round++) {
    for (const { id, run } of round % 2 === 0 ? contest.contenders : contest.contenders.toReversed()) {
      const rate = await run()
      if (!(rate > 0)) throw new Error(`${contest.id}: ${id} did nothing`)
      if (round > 0) rates.get(id)?.push(rate)
    }
  }
  return rates
}

/** The median of the rounds' own ratios: what slows a whole round down says nothing. `undefined` without rounds. */
export function ratioOf(rates: Rates, { ours, other }: Comparison): number | undefined {
  const others = rates.get(other) ?? []
  return median((rates.get(ours) ?? []).flatMap((rate, round) => (others[round] === undefined ? [] : [rate / others[round]])))
}
