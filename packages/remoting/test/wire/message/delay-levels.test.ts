import { describe, expect, it } from '@jest/globals'
import { CodedError } from 'net-ts-protocol-kit'
import { DEFAULT_DELAY_LEVELS, delayLevelOfQueue, delayLevelTable, delayQueueId } from '../../../src/wire'

describe('a delay level', () => {
  it('waits as long as the official table says', () => {
    const table = delayLevelTable(DEFAULT_DELAY_LEVELS)
    expect(table.maxLevel).toBe(18)
    const seconds = [1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200]
    expect(seconds.map((_, i) => table.delayMs(i + 1) / 1000)).toEqual(seconds)
  })

  it('above the highest counts as the highest, below the lowest as none', () => {
    const table = delayLevelTable('1s 2d')
    expect([table.clamp(-1), table.clamp(0), table.clamp(1), table.clamp(2), table.clamp(3), table.clamp(2 ** 31)]).toEqual([
      0, 0, 1, 2, 2, 2
    ])
    expect(table.delayMs(99)).toBe(2 * 86_400_000)
    expect(table.delayMs(0)).toBe(0)
  })

  it('has a queue of its own', () => {
    expect(delayQueueId(1)).toBe(0)
    expect(delayLevelOfQueue(delayQueueId(18))).toBe(18)
  })

  it('of a table that cannot be read is refused', () => {
    for (const text of ['', ' ', '1', 's', '1x', '1.5s', '-1s', '1s,2s', '1 s', '1234567890s', '1s '.repeat(1025)]) {
      expect(() => delayLevelTable(text)).toThrow(CodedError)
    }
  })
})
