import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../../test/random-runs'
import { ipBytes, ipText, offsetMessageId, parseOffsetMessageId, parseUniqueKey, UniqueKeySource } from '../../../src/wire'
import { official, sample } from './official'

describe('an offset message id', () => {
  it('is written as the official releases write it', () => {
    expect(offsetMessageId('10.9.8.7', 10911, 1024)).toBe(sample('offsetMsgId.v4'))
    expect(offsetMessageId('2001:db8::5', 10911, 1024)).toBe(sample('offsetMsgId.v6'))
  })

  it('is read', () => {
    expect(parseOffsetMessageId(sample('offsetMsgId.v4'))).toEqual({ host: '10.9.8.7', port: 10911, physicalOffset: 1024 })
    expect(parseOffsetMessageId(sample('offsetMsgId.v6'))).toEqual({ host: '2001:db8::5', port: 10911, physicalOffset: 1024 })
  })

  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.nat(65535), fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (host, port, physicalOffset) => {
        expect(parseOffsetMessageId(offsetMessageId(host, port, physicalOffset))).toEqual({ host, port, physicalOffset })
      })
    )
  })

  it('that is none is refused', () => {
    const good = sample('offsetMsgId.v4')
    for (const id of [
      '',
      'x',
      good.slice(1),
      `${good}0`,
      good.replace('A', 'G'),
      `${good.slice(0, 16)}FFFFFFFFFFFFFFFF`,
      `0A090807FFFFFFFF${good.slice(16)}`
    ]) {
      expect(() => parseOffsetMessageId(id)).toThrow(ProtocolError)
    }
  })
})

describe('a unique key', () => {
  for (const { key, host, processId, madeAt, utcOffsetMinutes } of official.uniqueKeys) {
    it(`of the official client is read: ${key.slice(-12)}`, () => {
      const parts = parseUniqueKey(key)
      expect(parts?.processId).toBe(processId)
      expect(ipBytes(parts?.host ?? '')).toEqual(ipBytes(host))
    })

    it(`is made like the official client's: ${key.slice(-12)}`, () => {
      const { loaderHash = 0, counter = 0 } = parseUniqueKey(key) ?? {}
      const source = new UniqueKeySource({ host, processId, loaderHash, utcOffsetMinutes, firstCount: counter })
      expect(source.next(madeAt)).toBe(key)
    })
  }

  it('is never made twice, also over a month’s end and when the counter wraps', () => {
    const source = new UniqueKeySource({ host: '10.1.2.3', processId: 70_000, loaderHash: -2, firstCount: 65_000 })
    const end = Date.UTC(2024, 1, 29, 23, 59, 59, 999)
    const keys = new Set<string>()
    for (const now of [end - 1, end, end + 1, end + 2]) for (let i = 0; i < 1000; i++) keys.add(source.next(now))
    expect(keys.size).toBe(4000)
    for (const key of keys) expect(key).toMatch(/^0A0102031170FFFFFFFE[0-9A-F]{12}$/)
  })

  it('counts milliseconds from the first of the month', () => {
    const offsets = fc.constantFrom(0, 480, -300, 345)
    const days = fc.date({ min: new Date(Date.UTC(1996, 0, 1)), max: new Date(Date.UTC(2205, 0, 1)), noInvalidDate: true })
    fc.assert(
      fc.property(days, offsets, (date, utcOffsetMinutes) => {
        const local = new Date(date.getTime() + utcOffsetMinutes * 60_000)
        const expected = local.getTime() - Date.UTC(local.getUTCFullYear(), local.getUTCMonth(), 1)
        const source = new UniqueKeySource({ host: '10.1.2.3', processId: 1, loaderHash: 1, utcOffsetMinutes })
        expect(parseUniqueKey(source.next(date.getTime()))?.timeDiffMs).toBe(expected)
        expect(parseUniqueKey(source.next(date.getTime() + 1))?.counter).toBe(1)
      }),
      runs(500)
    )
  })

  it('follows a clock that steps back into the month before', () => {
    const source = new UniqueKeySource({ host: '10.1.2.3', processId: 1, loaderHash: 1 })
    expect(parseUniqueKey(source.next(Date.UTC(2024, 2, 1)))?.timeDiffMs).toBe(0)
    expect(parseUniqueKey(source.next(Date.UTC(2024, 1, 2)))?.timeDiffMs).toBe(86_400_000)
  })

  it('may be any text: what was not made this way has no parts', () => {
    for (const key of ['', 'order-1', 'x'.repeat(32), '0'.repeat(31)]) expect(parseUniqueKey(key)).toBeUndefined()
  })
})

describe('an IP address', () => {
  it('comes back in its shortest form', () => {
    for (const [text, shortest] of [
      ['0.0.0.0', '0.0.0.0'],
      ['255.255.255.255', '255.255.255.255'],
      ['::', '::'],
      ['::1', '::1'],
      ['1::', '1::'],
      ['2001:DB8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
      ['64:ff9b::10.1.2.3', '64:ff9b::a01:203'],
      ['::ffff:10.1.2.3', '10.1.2.3'],
      ['fe80::1%eth0', 'fe80::1']
    ] as const) {
      const bytes = ipBytes(text)
      expect(ipText(bytes, 0, bytes.length)).toBe(shortest)
    }
  })

  it('that is none is refused', () => {
    for (const text of [
      '',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '1.2.3.256',
      '1..2.3',
      '1.2.3.4 ',
      '0x1.2.3.4',
      ':',
      ':::',
      '1::2::3',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      '12345::',
      'g::',
      '1:2:3:4:5:6:7::8',
      '1.2.3.4::'
    ]) {
      expect(() => ipBytes(text)).toThrow(ProtocolError)
    }
  })

  it('of any bytes reads back from its text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.array(fc.nat(15)), (bytes, zeros) => {
        for (const at of zeros) bytes[at] = 0
        const again = ipBytes(ipText(bytes, 0, 16))
        expect([...again]).toEqual(again.length === 16 ? [...bytes] : [...bytes].slice(12))
      })
    )
  })
})
