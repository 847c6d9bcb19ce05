import { describe, expect, it } from '@jest/globals'
import { JsonNumber, JsonObject, prettyJson, readJson, writeJson } from '../../src/wire/index'
import { writtenOtherwise } from './json-differences'
import { recorded } from './json-sample'

const samples = recorded('5.5.0').written.filter(({ style }) => style === 'pretty')

/** What a writer that knows no classes cannot tell: an array of primitive longs is on one line, an object without members is not. */
const isOfAClass = (text: string) => /\[-?\d/.test(text) || /\{\n\t*\n\t*\}/.test(text)

describe('the pretty form', () => {
  it.each(samples.filter(({ name, text }) => !writtenOtherwise.has(name) && !isOfAClass(text)).map(({ name, text }) => [name, text]))(
    'of %s is that of 5.5.0 byte for byte',
    (_, text) => {
      expect(prettyJson(readJson(text))).toBe(text)
    }
  )

  it('is compared with most of what 5.5.0 wrote', () => {
    expect(samples.filter(({ text }) => !isOfAClass(text)).length).toBeGreaterThan(60)
  })

  it('says the same as the short one', () => {
    for (const { text } of samples) expect(writeJson(readJson(prettyJson(readJson(text))))).toBe(writeJson(readJson(text)))
  })

  it('of a consumer offset table has bare queue ids, each on a line', () => {
    const table = new JsonObject([{ key: new JsonNumber('0'), value: new JsonNumber('5') }])
    const document = new JsonObject([{ key: 'offsetTable', value: new JsonObject([{ key: 'orders@billing', value: table }]) }])
    expect(prettyJson(document)).toBe('{\n\t"offsetTable":{\n\t\t"orders@billing":{\n\t\t\t0:5\n\t\t}\n\t}\n}')
  })
})
