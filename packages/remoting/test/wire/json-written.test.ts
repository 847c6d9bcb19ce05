import { createHash } from 'node:crypto'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, it } from '@jest/globals'
import * as bodies from '../../src/wire/generated/bodies'
import { type BodyType, decodeBody, encodeBody, type JsonStyle, ProtocolError, readJson, writeJson } from '../../src/wire/index'
import { differenceFromJava } from '../golden/java-tree'
import { readsOtherwise, readsOtherwiseThanFastjson1, readsOtherwiseThanFastjson2, writtenOtherwise } from './json-differences'
import { type Dialect, dialects, type RecordedJson, read, recorded, Sample } from './json-sample'
import { expectedTree, plainTree, treeOf } from './json-tree'

const styleOf = (dialect: Dialect, sample: RecordedJson): JsonStyle => ({
  standard: sample.style === 'standard',
  escapes: dialect === '5.5.0' ? 'fastjson2' : 'fastjson'
})

const title = ({ name, style }: RecordedJson) => (style === undefined ? name : `${name} ${style}`)

describe.each(dialects)('what %s writes', (dialect) => {
  const { written, origin } = recorded(dialect)
  const others = dialect === '5.5.0' ? readsOtherwiseThanFastjson2 : readsOtherwiseThanFastjson1
  const isOther = (sample: RecordedJson) => readsOtherwise.has(sample.name) || others.has(sample.name)
  const own = written.filter((sample) => sample.class === 'Sample' && sample.decoded !== undefined)
  const compact = written.filter(({ style }) => style !== 'pretty')

  it('is recorded with its origin and hashes', () => {
    expect(written.length).toBeGreaterThan(180)
    expect(origin.sha256).toMatch(/^[\da-f]{64}$/)
    for (const { text, sha256 } of written) expect(createHash('sha256').update(text).digest('hex')).toBe(sha256)
  })

  it.each(own.filter((sample) => !isOther(sample)).map((sample) => [title(sample), sample] as const))(
    '%s reads as in Java',
    (_, sample) => {
      expect(treeOf(decodeBody(Sample, Buffer.from(sample.text)))).toEqual(expectedTree(sample.decoded))
    }
  )

  it('and does not read as in Java, each for a reason: the list has nothing that does', () => {
    const differing = own.filter((sample) => {
      const here = read(Sample, sample.text)
      return here instanceof ProtocolError || !isDeepStrictEqual(treeOf(here), expectedTree(sample.decoded))
    })
    expect(differing.filter((sample) => !isOther(sample)).map(title)).toEqual([])
    const names = new Set([
      ...differing.map(({ name }) => name),
      ...written.filter(({ decoded }) => decoded === undefined).map(({ name }) => name)
    ])
    expect([...others.keys()].filter((name) => !names.has(name))).toEqual([])
  })

  it.each(compact.map((sample) => [title(sample), sample] as const))(
    '%s is written back byte for byte by the untyped writer',
    (_, sample) => {
      if (dialect === '4.9.7' && sample.name === 'by a name of another script') {
        // What fastjson 1.2.69 writes there, no JSON reader of any kind can read.
        expect(() => readJson(sample.text)).toThrow(ProtocolError)
        return
      }
      const again = writeJson(readJson(sample.text), styleOf(dialect, sample))
      if (!writtenOtherwise.has(sample.name)) expect(again).toBe(sample.text)
      else expect(writeJson(readJson(again), styleOf(dialect, sample))).toBe(again)
    }
  )

  it.each(compact.filter((sample) => own.includes(sample) && !isOther(sample)).map((sample) => [title(sample), sample] as const))(
    '%s is written back byte for byte through a typed body',
    (_, sample) => {
      const again = encodeBody(Sample, decodeBody(Sample, Buffer.from(sample.text)), styleOf(dialect, sample)).toString()
      const isUnfolded = /\{\s*"\$ref"/.test(sample.text)
      if (!isUnfolded && !writtenOtherwise.has(sample.name)) expect(again).toBe(sample.text)
      else expect(decodeBody(Sample, Buffer.from(again))).toEqual(decodeBody(Sample, Buffer.from(sample.text)))
      expect(again).not.toContain('{"$ref"')
    }
  )

  it('bodies of its own read as its own classes read them', () => {
    const official = written.filter((sample) => sample.class !== 'Sample' && bodyType(sample.class) !== undefined)
    expect(official.length).toBeGreaterThan(10)
    for (const sample of official) {
      const body = decodeBody(bodyType(sample.class) as BodyType<object>, Buffer.from(sample.text))
      expect([title(sample), differenceFromJava(plainTree(sample.decoded), body)]).toEqual([title(sample), undefined])
      const again = encodeBody(bodyType(sample.class) as BodyType<object>, body, styleOf(dialect, sample)).toString()
      if (sample.style !== 'pretty' && !/\{\s*"\$ref"/.test(sample.text)) expect(again).toBe(sample.text)
    }
  })
})

function bodyType(name: string): BodyType<object> | undefined {
  return (bodies as unknown as Readonly<Record<string, BodyType<object> | undefined>>)[name]
}
