import { describe, expect, it } from '@jest/globals'
import { allCases } from '../src/codec/cases'
import type { CodecCase } from '../src/codec/codec-case'
import { readPlan } from '../src/codec/main'
import { measureCases, quickCodecPlan, sink } from '../src/codec/measure'
import { codecReport, codecTable } from '../src/codec/report'

const cases = allCases()

describe('the frames of the codec benchmark', () => {
  it('are each named request in both encodings', () => {
    expect(new Set(cases.map(({ name }) => name.split(',')[0]))).toEqual(
      new Set(['SEND_MESSAGE_V2', 'PULL_MESSAGE', 'HEART_BEAT', 'GET_ROUTEINFO_BY_TOPIC'])
    )
    expect(cases.map(({ encoding }) => encoding)).toEqual(cases.map((_, index) => (index % 2 === 0 ? 'JSON' : 'ROCKETMQ')))
  })

  it('are whole, in the encoding that they say', () => {
    for (const { frame, encoding } of cases) {
      expect(frame.readInt32BE(0)).toBe(frame.length - 4)
      expect(frame[4]).toBe(encoding === 'JSON' ? 0 : 1)
    }
  })

  it('are written anew as they are, and read with all that is in them', () => {
    for (const { encode, frame } of cases) expect(encode()).toEqual(frame)
    const read = (name: string) => cases.find((one) => one.name.startsWith(name))?.decode()
    expect(read('SEND_MESSAGE_V2')).toMatchObject([{ topic: 'orders', properties: expect.stringContaining('TAGS') }, { length: 1024 }])
    expect(read('PULL_MESSAGE')).toBe(32 + (31 * 32) / 2 + 32 * 1024 + 32 * 3)
    expect(read('HEART_BEAT')).toMatchObject({ consumerDataSet: [{ subscriptionDataSet: { length: 3 } }] })
    expect(read('GET_ROUTEINFO_BY_TOPIC')).toMatchObject({ brokerDatas: { length: 4 } })
  })

  it('are compared with JSON of what they say themselves', () => {
    expect(cases[0]?.plain).toMatchObject([{ code: 310, extFields: { b: 'orders' } }])
    expect(cases[1]?.plain).toEqual(cases[0]?.plain)
    expect(cases.at(-1)?.plain).toMatchObject([{ code: 0 }, { brokerDatas: { length: 4 } }])
  })
})

describe('measuring', () => {
  it('takes the median of the rounds after the first, and every operation in every one', () => {
    let now = 0
    const costs = { encode: [100, 10, 30, 20], decode: [100, 4, 4, 400] }
    const ran = { encode: 0, decode: 0 }
    const spend = (operation: 'encode' | 'decode') => () => {
      now += costs[operation][ran[operation]++] ?? 0
      return Buffer.alloc(0)
    }
    const one: CodecCase = {
      name: 'x',
      encoding: 'JSON',
      frame: Buffer.alloc(4),
      plain: [{ a: 1 }],
      encode: spend('encode'),
      decode: spend('decode')
    }
    // A clock that also moves by itself, by one, for what costs nothing.
    const [figures] = measureCases([one], { isQuick: true, rounds: 3, roundMs: 1e-9 }, () => ++now)
    expect(ran).toEqual({ encode: 4, decode: 4 })
    expect(figures?.encode).toBe(21)
    expect(figures?.decode).toBe(5)
    expect(figures?.copy).toBe(1)
    expect(sink).toBeDefined()
  })

  it('runs an operation until its time is over', () => {
    let calls = 0
    let now = 0
    const encode = () => {
      calls++
      now += 1000
      return Buffer.alloc(0)
    }
    const one: CodecCase = { name: 'x', encoding: 'JSON', frame: Buffer.alloc(4), plain: [], encode, decode: encode }
    measureCases([one], { isQuick: true, rounds: 1, roundMs: 0.1 }, () => (now += 1000))
    expect(calls).toBeGreaterThan(2 * 2 * 60)
    expect(calls).toBeLessThan(2 * 2 * 300)
  })
})

describe('the report of the codec benchmark', () => {
  const one = cases.slice(0, 2)
  const figures = [
    { encode: 1500, decode: 3000, stringify: 1000, parse: 1500, copy: 30 },
    { encode: 500, decode: 600, stringify: 1000, parse: 1500, copy: undefined }
  ]

  it('has a row per frame with ratios to JSON and to a copy', () => {
    const [, , json, binary] = codecTable(one, figures)
      .split('\n')
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1)
      )
    expect(json?.slice(0, 2).concat(json.slice(3))).toEqual([
      'SEND_MESSAGE_V2, 1 KiB',
      'JSON',
      '1.50',
      '1.50×',
      '50.0×',
      '3.00',
      '2.00×',
      '100×'
    ])
    expect(binary?.slice(3)).toEqual(['0.500', '0.500×', '—', '0.600', '0.400×', '—'])
  })

  it('says what it is, and when its figures are not to be quoted', () => {
    const text = codecReport(quickCodecPlan, [['again', 'so']], one, figures)
    expect(text).toMatch(/^# Codec \(QUICK: .*\n\n- again: so\n\n\| frame/)
    expect(codecReport({ ...quickCodecPlan, isQuick: false }, [], one, figures)).not.toContain('QUICK')
  })

  it('is made by the plan that was asked for', () => {
    expect([readPlan([]), readPlan(['--quick']), readPlan(['--help'])]).toEqual([
      expect.objectContaining({ isQuick: false }),
      quickCodecPlan,
      'help'
    ])
    expect(() => readPlan(['--fast'])).toThrow('--fast')
  })
})
