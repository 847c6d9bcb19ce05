import { expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { loggedProgress } from '../../src/disk/logged-progress'

it('a recovery that takes long is told to the logger every three seconds, a short one never', async () => {
  const clock = new ManualClock()
  const told: unknown[] = []
  const silent = (): void => {}
  const logger = { debug: silent, warn: silent, error: silent, info: (_: string, facts?: object) => void told.push(facts) }
  const tell = loggedProgress({ clock, logger })
  const recover = async (seconds: number): Promise<void> => {
    for (let doneBytes = 0; doneBytes <= seconds; doneBytes++) {
      tell({ doneBytes, totalBytes: seconds })
      await clock.advance(1000)
    }
  }
  await recover(2)
  expect(told).toEqual([])
  await recover(7)
  expect(told).toEqual([
    { doneBytes: 3, totalBytes: 7 },
    { doneBytes: 6, totalBytes: 7 }
  ])
  await recover(2)
  expect(told).toHaveLength(2)
})
