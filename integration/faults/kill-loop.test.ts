import { expect, test } from '@jest/globals'
import { runs } from '../../test/random-runs'
import { describeReport, killLoop } from './kill-loop/kill-loop'

const { numRuns: cycles } = runs(50, 1000)

test.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)(
  'a process that is killed at any moment loses no message that its store acknowledged in %s, and leaves none that nobody sent',
  async (flush) => {
    const report = await killLoop(flush, cycles)
    console.log(describeReport(flush, report))
    expect(report).toMatchObject({ lost: 0, phantoms: [], failures: [] })
    expect(report.acks).toBeGreaterThan(cycles * 10)
  },
  cycles * 20_000
)
