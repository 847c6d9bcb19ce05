import { describe, expect, it } from '@jest/globals'
import type { Clock, Logger, NameserverOptions, Network } from '../src/index'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(value: T): void => expect(value).toBe(true)

describe('types', () => {
  it('of options can be named without a second dependency', () => {
    isTrue<Equal<NonNullable<NameserverOptions['clock']>, Clock>>(true)
    isTrue<Equal<NonNullable<NameserverOptions['logger']>, Logger>>(true)
    isTrue<Equal<NonNullable<NameserverOptions['network']>, Network>>(true)
  })
})
