import { describe, expect, it } from '@jest/globals'
import { ManualClock, silentLogger } from 'net-ts-protocol-kit'
import { StillnessWatch } from '../src/stillness-watch'

const watched = (): { clock: ManualClock; real: ManualClock; warnings: string[]; watch: StillnessWatch } => {
  const clock = new ManualClock()
  const real = new ManualClock()
  const warnings: string[] = []
  const logger = { ...silentLogger, warn: (message: string) => void warnings.push(message) }
  return { clock, real, warnings, watch: new StillnessWatch(clock, logger, real) }
}

describe('a hand-driven clock that stands still while timers wait', () => {
  it('is told of once, with the way out', async () => {
    const { clock, real, warnings } = watched()
    clock.setTimeout(() => {}, 500)
    await real.advance(60_000)
    expect(warnings).toEqual([
      'the clock of the cluster stands still at 0 ms, and the next timer is due in 500 ms: ' +
        'what waits for time to pass goes on with cluster.advance(ms), or cluster.drive(promise)'
    ])
    expect(real.pendingTimers).toEqual([])
  })

  it('is not told of while it moves, or when nothing waits', async () => {
    const { clock, real, warnings, watch } = watched()
    await real.advance(30_000)
    clock.setTimeout(() => {}, 1_000_000)
    for (let step = 0; step < 20; step++) {
      await clock.advance(1)
      await real.advance(3000)
    }
    expect(warnings).toEqual([])
    watch.stop()
    await real.advance(30_000)
    expect(warnings).toEqual([])
  })
})
