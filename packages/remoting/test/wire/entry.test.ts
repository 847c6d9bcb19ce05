import { createRequire } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it, jest } from '@jest/globals'
import * as index from '../../src/wire/index'

describe('the entry of /wire', () => {
  const entry = jest.requireActual<Record<string, unknown>>('../../src/wire/entry')

  it('has every name of the index', () => {
    for (const [name, value] of Object.entries(index)) expect([name, entry[name] === value]).toEqual([name, true])
    expect(Object.keys(entry).sort()).toEqual(Object.keys(index).sort())
  })

  it('has none of them as a getter, which would be called for each message', () => {
    const getters = Object.entries(Object.getOwnPropertyDescriptors(entry)).filter(([, { get }]) => get !== undefined)
    expect(getters).toEqual([])
  })

  it('is what the package is entered by, with the types of the index', () => {
    const { exports } = createRequire(__filename)(join(__dirname, '../../package.json')) as { exports: Record<string, object> }
    expect(exports['./wire']).toEqual({ types: './dist/wire/index.d.ts', default: './dist/wire/entry.js' })
  })
})
