import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { Bench } from './bench'
import { report } from './checker'
import type { Row } from './row'
import { rows } from './rows'
import type { Target } from './targets'

/** Longest a row may take on a loaded machine before the run gives up on it. */
const ROW_MS = 240_000

/** The contract, or some rows of it, against one target that all rows share. */
export function contractSuite(start: () => Promise<Target>, startMs: number, some: readonly Row[] = rows): void {
  let target: Target
  beforeAll(async () => {
    target = await start()
  }, startMs)
  afterAll(() => target?.close(), startMs)

  for (const row of some) {
    it(
      `(${row.letter}) ${row.title}`,
      async () => {
        const bench = new Bench(target)
        try {
          const { anomalies, figures } = await row.run(bench)
          print(target, row.letter, { ...figures, 'requests sent': bench.tap.sent, 'socket writes': bench.tap.writes })
          expect(report(anomalies)).toBe('')
        } finally {
          await bench.close()
        }
      },
      ROW_MS
    )
  }
}

/** A line of figures for the run's reader. Written past Jest, which would wrap each in a stack trace. */
export function print(target: Target, letter: string, figures: Readonly<Record<string, number | string>>): void {
  const line = Object.entries(figures).map(([name, value]) => `${name} ${value}`)
  process.stderr.write(`  ${target.name} (${letter}): ${line.join(', ')}\n`)
}
