import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { backoffMs } from '../src/backoff'
import { flowControl } from '../src/consumer/flow-control'
import { deadLetter, outcomeOf, retry } from '../src/consumer/outcome'
import { isDeadLetter, retryLevel, settlementOf } from '../src/consumer/retry-decision'
import { tagMatches } from '../src/consumer/tag-match'
import { OptionsError } from '../src/errors'

describe('flow control', () => {
  const limits = { maxCount: 1000, maxBytes: 100, maxSpan: 2000 }

  it('pulls up to each limit and waits above it', () => {
    expect(flowControl({ count: 1000, bytes: 100, span: 2000 }, limits)).toBe('PULL')
    expect(flowControl({ count: 1001, bytes: 0, span: 0 }, limits)).toBe('WAIT_COUNT')
    expect(flowControl({ count: 1, bytes: 101, span: 0 }, limits)).toBe('WAIT_BYTES')
    expect(flowControl({ count: 1, bytes: 0, span: 2001 }, limits)).toBe('WAIT_SPAN')
  })
})

describe('backoff', () => {
  it('doubles up to the cap', () => {
    const policy = { firstMs: 100, capMs: 3000 }
    expect([1, 2, 3, 6, 60].map((failures) => backoffMs(failures, policy, 1))).toEqual([100, 200, 400, 3000, 3000])
  })

  it('spreads over the upper half of each step', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (failures, random) => {
        const pause = backoffMs(failures, { firstMs: 100, capMs: 3000 }, random)
        expect(pause).toBeGreaterThanOrEqual(50)
        expect(pause).toBeLessThanOrEqual(3000)
      })
    )
  })
})

describe('tag match', () => {
  it('compares the text where brokers compare the hash', () => {
    expect(tagMatches('Aa', new Set(['Aa']))).toBe(true)
    expect(tagMatches('BB', new Set(['Aa']))).toBe(false)
    expect(tagMatches(undefined, new Set(['Aa']))).toBe(false)
  })

  it('takes everything for a subscription without tags', () => {
    expect(tagMatches(undefined, new Set())).toBe(true)
    expect(tagMatches('BB', new Set())).toBe(true)
  })
})

describe('settlement', () => {
  it('consumes what returns and sends back what throws, times out or asks for it', () => {
    expect(settlementOf({ kind: 'RETURNED', returned: undefined })).toEqual({ kind: 'CONSUMED' })
    expect(settlementOf({ kind: 'THREW', error: new Error('no') })).toEqual({ kind: 'SEND_BACK', delayLevel: 0 })
    expect(settlementOf({ kind: 'TIMED_OUT' })).toEqual({ kind: 'SEND_BACK', delayLevel: 3 })
    expect(settlementOf({ kind: 'RETURNED', returned: retry() })).toEqual({ kind: 'SEND_BACK', delayLevel: 0 })
    expect(settlementOf({ kind: 'RETURNED', returned: retry({ delayLevel: 1 }) })).toEqual({ kind: 'SEND_BACK', delayLevel: 1 })
    expect(settlementOf({ kind: 'RETURNED', returned: deadLetter() })).toEqual({ kind: 'SEND_BACK', delayLevel: -1 })
  })

  it('recognises only its own outcomes', () => {
    expect(outcomeOf(retry({ delayLevel: 2 }))).toMatchObject({ kind: 'RETRY', delayLevel: 2 })
    expect(outcomeOf(deadLetter())).toMatchObject({ kind: 'DEAD_LETTER' })
    for (const other of [undefined, null, 7, 'RETRY', { kind: 'RETRY' }, retry, []]) expect(outcomeOf(other)).toBeUndefined()
  })

  it('refuses delay levels that are none', () => {
    for (const delayLevel of [0, -1, 1.5, Number.NaN, 2 ** 31]) expect(() => retry({ delayLevel })).toThrow(OptionsError)
  })

  it('counts attempts as the broker does', () => {
    expect(retryLevel(0, 0)).toBe(3)
    expect(retryLevel(0, 4)).toBe(7)
    expect(retryLevel(1, 4)).toBe(1)
    expect(isDeadLetter(0, 15, 16)).toBe(false)
    expect(isDeadLetter(0, 16, 16)).toBe(true)
    expect(isDeadLetter(-1, 0, 16)).toBe(true)
  })
})
