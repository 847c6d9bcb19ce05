import { describe, expect, it } from '@jest/globals'
import { CodedError } from 'net-ts-protocol-kit'
import { buildSqlSubscription, buildSubscription } from '../../../src/wire'
import { official } from './official'

describe('a subscription', () => {
  for (const expected of official.subscriptions) {
    // The official builder takes "|| ||" for an expression of no tags, which matches nothing: ours says so instead.
    const refused = expected.refused === true || expected.expression === '|| ||'
    it(`by ${JSON.stringify(expected.expression)} is ${refused ? 'refused' : 'the one the official client builds'}`, () => {
      if (refused) return expect(() => buildSubscription('T', expected.expression, 1)).toThrow(CodedError)
      const built = buildSubscription('T', expected.expression, 5)
      expect(built).toMatchObject({
        topic: 'T',
        subString: expected.subString,
        expressionType: 'TAG',
        subVersion: 5,
        classFilterMode: false
      })
      expect([...built.tagsSet].sort()).toEqual([...(expected.tagsSet ?? [])].sort())
      expect([...built.codeSet].sort()).toEqual([...(expected.codeSet ?? [])].sort())
    })
  }

  it('by a list of tags is the one by their text', () => {
    expect(buildSubscription('T', ['TagA', 'TagB'], 5)).toEqual(buildSubscription('T', 'TagA || TagB', 5))
    expect(buildSubscription('T', [], 5)).toEqual(buildSubscription('T', '*', 5))
    expect(buildSubscription('T', ['*'], 5)).toEqual(buildSubscription('T', undefined, 5))
    for (const tags of [['a||b'], [''], ['a', ' ']]) expect(() => buildSubscription('T', tags, 5)).toThrow(CodedError)
  })

  it('by SQL92 carries the expression and no tags', () => {
    expect(buildSqlSubscription('T', 'a > 1', 1)).toEqual({
      ...{ topic: 'T', subString: 'a > 1', tagsSet: [], codeSet: [], subVersion: 1, expressionType: 'SQL92', classFilterMode: false }
    })
    expect(() => buildSqlSubscription('T', ' ', 1)).toThrow(CodedError)
  })
})
