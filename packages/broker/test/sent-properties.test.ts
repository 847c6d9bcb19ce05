import { describe, expect, it } from '@jest/globals'
import { decodeProperties } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { propertyText, readSentProperties, withoutProperties } from '../src/send/sent-properties'

const text = (properties: Record<string, string>): string =>
  Object.entries(properties)
    .map(([name, value]) => propertyText(name, value))
    .join('')

describe('the properties of a message that is sent', () => {
  it('are read for what the broker wants to know', () => {
    const sent = { UNIQ_KEY: 'AC1', TAGS: 'created', DELAY: '3', __SHARDINGKEY: 'c-7', mine: 'x', _SYS_MSG_PRIORITY_: '2' }
    expect(readSentProperties(text(sent))).toMatchObject({
      text: text(sent),
      uniqueKey: 'AC1',
      tag: 'created',
      delayLevel: '3',
      priority: '2',
      isOrdered: true,
      isTransaction: false,
      isTimer: false
    })
  })

  it('lose what the broker sets itself, wherever it stands', () => {
    const sent = text({ MSG_REGION: 'x', a: '1', POP_CK: 'y', CLUSTER: 'z', b: '2', TRACE_ON: 'false', '__CRC32#': '123' })
    expect(readSentProperties(sent).text).toBe(text({ a: '1', b: '2' }))
  })

  it('get the last separator, which 4.9.7 leaves out', () => {
    expect(readSentProperties('a\u00011\u0002TAGS\u0001t')).toMatchObject({ text: text({ a: '1', TAGS: 't' }), tag: 't' })
  })

  it.each(['TRAN_MSG', 'INNER_NUM', '__LITE_TOPIC', 'TIMER_DELIVER_MS', 'TIMER_DELAY_MS', 'TIMER_DELAY_SEC'])('tell of %s', (name) => {
    const flags = ({ isTransaction, isInnerBatch, isLite, isTimer }: ReturnType<typeof readSentProperties>): boolean =>
      isTransaction || isInnerBatch || isLite || isTimer
    expect(flags(readSentProperties(text({ [name]: 'true' })))).toBe(true)
    expect(flags(readSentProperties(text({ [`${name}2`]: 'true' })))).toBe(false)
    expect(flags(readSentProperties(text({ x: name })))).toBe(false)
  })

  it('take the last of equal names', () => {
    expect(readSentProperties(text({ TAGS: 'a' }) + text({ TAGS: 'b' })).tag).toBe('b')
  })

  it('lose malformed entries and keep the others, as the official decoder reads them', () => {
    const unit = fc.constantFrom('a', 'b', '\u0001', '\u0002', 'TAGS', 'CLUSTER', 'DELAY', '\u0001', '\u0002')
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 24 }), (units) => {
        const sent = units.join('')
        const own = new Set(['CLUSTER'])
        const expected = [...decodeProperties(sent)].filter(([name]) => !own.has(name))
        expect([...decodeProperties(readSentProperties(sent).text)]).toEqual(expected)
        expect(readSentProperties(sent).tag).toBe(decodeProperties(sent).get('TAGS'))
      })
    )
  })

  it('can lose any name afterwards', () => {
    expect(withoutProperties(text({ REAL_TOPIC: 't', a: '1', REAL_QID: '4' }), new Set(['REAL_TOPIC', 'REAL_QID']))).toBe(text({ a: '1' }))
  })
})
