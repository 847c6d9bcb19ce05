import { describe, expect, it } from '@jest/globals'
import { decodeProperties, javaStringHashCode, MessageSysFlag, recordSize, writeRecord } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { keyHash, keyText, readKeyHashes, readStoreTimestamp } from '../../src/query/key-hashes'

const V4 = { host: '10.1.2.3', port: 1 }
const V6 = { host: 'fe80::1', port: 1 }

function recordOf(topic: string, properties: Buffer, sysFlag = 0, hosts = [V4, V4]): Buffer {
  const content = {
    ...{ topic, queueId: 0, flag: 0, sysFlag, bornTimestamp: 1, reconsumeTimes: 0, preparedTransactionOffset: 0 },
    ...{ bornHost: hosts[0] ?? V4, storeHost: hosts[1] ?? V4, body: Buffer.from('KEYS\u0001no\u0002'), properties }
  }
  const size = recordSize(content)
  const bytes = Buffer.alloc(size)
  writeRecord(bytes, 0, content, { physicalOffset: 0, queueOffset: 0, storeTimestamp: 1_700_000_000_123 }, size)
  return bytes
}

function hashesOf(record: Buffer): number[] {
  const hashes = [-1]
  readKeyHashes(record, hashes)
  return hashes
}

/** The rule again, over decoded strings. */
function expectedHashes(topic: string, properties: Buffer): number[] {
  const decoded = decodeProperties(properties)
  const keys = [decoded.get('UNIQ_KEY') ?? '', ...(decoded.get('KEYS')?.split(' ') ?? [])].filter((key) => key !== '')
  const tag = decoded.get('TAGS')
  const texts = keys.map((key) => keyText({ topic, key }))
  if (tag !== undefined) texts.push(keyText({ topic, key: tag, indexType: 'T' }))
  return texts.map((text) => (javaStringHashCode(text) === -(2 ** 31) ? 0 : Math.abs(javaStringHashCode(text))))
}

describe('the hashes of a record', () => {
  it('are those of its unique key, its keys and its tag, whatever the properties', () => {
    const name = fc.constantFrom('KEYS', 'TAGS', 'UNIQ_KEY', 'KEY', 'keys', 'UNIQ_KEZ', 'TAGSX', '')
    const value = fc.oneof(fc.constantFrom('', ' ', 'a', 'a b', ' a  标签 🚀 ', 'KEYS', 'Aa', '\u0001'), fc.string({ unit: 'binary' }))
    const glue = fc.constantFrom('\u0002', '\u0002\u0002', '', '\u0001\u0002')
    const text = fc.array(fc.tuple(name, value, glue)).map((all) => all.map(([n, v, g]) => `${n}\u0001${v}${g}`).join(''))
    const flags = fc.constantFrom(0, MessageSysFlag.TRANSACTION_PREPARED, MessageSysFlag.TRANSACTION_COMMIT)
    const host = fc.constantFrom(V4, V6)
    fc.assert(
      fc.property(fc.constantFrom('T', '%RETRY%g', 'x'.repeat(200), '标签'), text, flags, host, host, (topic, props, flag, born, store) => {
        const properties = Buffer.from(props)
        const record = recordOf(topic, properties, flag, [born, store])
        expect(hashesOf(record)).toEqual(expectedHashes(topic, properties))
        expect(readStoreTimestamp(record)).toBe(1_700_000_000_123)
      }),
      runs(500)
    )
  })

  it('are none for a rolled-back transaction, nor for a message without keys', () => {
    const properties = Buffer.from('KEYS\u0001k\u0002')
    expect(hashesOf(recordOf('T', properties, MessageSysFlag.TRANSACTION_ROLLBACK))).toEqual([])
    expect(hashesOf(recordOf('T', Buffer.from('colour\u0001red\u0002')))).toEqual([])
    expect(hashesOf(recordOf('T', properties))).toHaveLength(1)
  })

  it('are positive, and 0 for the one hash that has no positive, as in Java', () => {
    expect(keyHash('polygenelubricants')).toBe(0)
    expect(keyHash('Aa')).toBe(2112)
    expect(keyHash(keyText({ topic: 'T', key: '标签🚀' }))).toBe(0x3d874cb7)
  })
})
