import { describe, expect, it } from '@jest/globals'
import { deletionAt, isExpired, refusesAt } from '../../../src/disk/retention/deletion-rules'
import { localHour } from '../../../src/disk/retention/local-hour'

const options = {
  retentionHours: 72,
  deleteWhen: '04;16',
  deleteAboveDiskUse: 0.75,
  forceDeleteAboveDiskUse: 0.85,
  refuseAboveDiskUse: 0.9
}

describe('what may be deleted', () => {
  it.each([
    [3, 0.5, 'none'],
    [4, 0.5, 'expired'],
    [5, 0.5, 'none'],
    [16, 0.5, 'expired'],
    [3, 0.75, 'none'],
    [3, 0.7501, 'expired'],
    [3, 0.85, 'expired'],
    [3, 0.8501, 'oldest'],
    [4, 0.99, 'oldest'],
    [3, undefined, 'expired'],
    [4, undefined, 'expired']
  ] as const)('at %d o’clock, with %d of the disk in use, is: %s', (hour, use, deletion) => {
    expect(deletionAt(hour, use, options)).toBe(deletion)
  })

  it('is the oldest above the mark for refusals too, where that is the lower one', () => {
    expect(deletionAt(3, 0.55, { ...options, refuseAboveDiskUse: 0.5 })).toBe('oldest')
  })

  it('is expired as soon as its hours are over', () => {
    const hours = 72 * 60 * 60 * 1000
    expect(isExpired(1000, 1000 + hours - 1, options)).toBe(false)
    expect(isExpired(1000, 1000 + hours, options)).toBe(true)
  })
})

describe('sends are refused', () => {
  it.each([
    [0.9, false, false],
    [0.9001, false, true],
    [0.86, false, false],
    [0.86, true, true],
    [0.85, true, false],
    [undefined, true, false]
  ] as const)('with %d of the disk in use, refused before: %s: %s', (use, before, refuses) => {
    expect(refusesAt(use, before, options)).toBe(refuses)
  })
})

it('the hour of the day is the local one', () => {
  for (let hour = 0; hour < 48; hour++) {
    const at = 1_700_000_000_000 + hour * 3_600_000
    expect(localHour(at)).toBe(new Date(at).getHours())
  }
})
