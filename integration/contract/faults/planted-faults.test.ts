import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { Bench } from '../bench'
import { rows } from '../rows'
import { startOurs, type Target } from '../targets'
import { planted } from './planted'

/** A row with a fault waits in vain for something: not for long. */
const PATIENCE_MS = 6_000

describe('a planted fault', () => {
  let target: Target
  beforeAll(async () => {
    target = await startOurs()
  })
  afterAll(() => target?.close())

  it('is there for every row of the contract', () => {
    expect([...new Set(planted.map((one) => one.row.letter))]).toEqual(rows.map((row) => row.letter))
  })

  it.each(planted.map((one) => [`(${one.row.letter}) ${one.defect}`, one] as const))(
    '%s: the row turns red with the very anomaly',
    async (_, { row, plant, finds, mayFind = [], on }) => {
      const own = await on?.(target)
      const bench = new Bench(own ?? target, PATIENCE_MS)
      try {
        plant(bench)
        const { anomalies } = await row.run(bench)
        const names = new Set(anomalies.map((one) => one.name))
        for (const name of ['stuck', ...mayFind] as const) names.delete(name)
        expect([...names].sort()).toEqual([...finds].sort())
      } finally {
        await bench.close()
        await own?.close()
      }
    },
    120_000
  )
})
