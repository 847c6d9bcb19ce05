import { describe, expect, it } from '@jest/globals'
import { Histogram } from '../src/stats/histogram'
import { median, medianOf, ratio } from '../src/stats/median'

describe('the median', () => {
  it('is the middle one, whatever the order', () => {
    expect(median([9, 1, 5])).toBe(5)
    expect(median([7])).toBe(7)
  })

  it('of an even count is the mean of the middle two', () => {
    expect(median([4, 1, 10, 2])).toBe(3)
  })

  it('of nothing is no number', () => {
    expect(median([])).toBeUndefined()
  })

  it('orders numbers as numbers and leaves the list alone', () => {
    const values = [100, 20, 3]
    expect(median(values)).toBe(20)
    expect(values).toEqual([100, 20, 3])
  })

  it('of a figure leaves out those that do not have it', () => {
    expect(medianOf([{ a: 1 }, { a: undefined }, { a: 5 }], (one) => one.a)).toBe(3)
  })
})

describe('a ratio', () => {
  it('is missing when a side is missing or the divisor is zero', () => {
    expect(ratio(6, 3)).toBe(2)
    expect(ratio(undefined, 3)).toBeUndefined()
    expect(ratio(3, undefined)).toBeUndefined()
    expect(ratio(3, 0)).toBeUndefined()
  })
})

describe('the histogram', () => {
  it('has no quantile before the first duration', () => {
    expect(new Histogram().quantile(0.5)).toBeUndefined()
  })

  it('is exact below 128 ns', () => {
    const histogram = new Histogram()
    for (let nanoseconds = 1; nanoseconds <= 100; nanoseconds++) histogram.record(nanoseconds)
    expect(histogram.quantile(0.5)).toBe(50)
    expect(histogram.quantile(0.99)).toBe(99)
    expect(histogram.quantile(1)).toBe(100)
  })

  it.each([128, 12_345, 1_000_000, 2 ** 31 - 1, 2 ** 31, 2 ** 31 + 12_345, 60e9, 2 ** 40])(
    'is right within 0.8 %% at %d ns',
    (nanoseconds) => {
      const histogram = new Histogram()
      histogram.record(nanoseconds)
      expect(Math.abs((histogram.quantile(0.5) ?? 0) / nanoseconds - 1)).toBeLessThan(0.008)
    }
  )

  it('agrees with the sorted list, over seven powers of ten', () => {
    const all = Array.from({ length: 10_000 }, (_, index) => Math.floor(50 * 10 ** (((index * 7919) % 10_000) / 1500)))
    const histogram = new Histogram()
    for (const one of all) histogram.record(one)
    const sorted = all.toSorted((a, b) => a - b)
    for (const part of [0.01, 0.5, 0.9, 0.99, 0.999]) {
      const wanted = sorted[Math.ceil(part * sorted.length) - 1] ?? 0
      expect(Math.abs((histogram.quantile(part) ?? 0) / wanted - 1)).toBeLessThan(0.008)
    }
  })

  it('counts one duration many times, and every one', () => {
    const histogram = new Histogram()
    histogram.record(10, 99)
    histogram.record(1_000_000)
    expect(histogram.total).toBe(100)
    expect(histogram.quantile(0.99)).toBe(10)
    expect(histogram.quantile(0.991)).toBeGreaterThan(900_000)
  })

  it('keeps what is longer than its longest in its last bucket', () => {
    const histogram = new Histogram()
    histogram.record(2 ** 50)
    expect(histogram.quantile(0.5)).toBeGreaterThan(2 ** 40)
  })
})
