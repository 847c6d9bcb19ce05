import { describe, expect, it } from '@jest/globals'
import type { Broker, Clock, Logger, MessageStore, Nameserver, Network, Server, ServerOptions } from '../src/index'

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const isTrue = <T extends true>(value: T): void => expect(value).toBe(true)

describe('types', () => {
  it('of options can be named without a second dependency', () => {
    isTrue<Equal<NonNullable<ServerOptions['clock']>, Clock>>(true)
    isTrue<Equal<NonNullable<ServerOptions['logger']>, Logger>>(true)
    isTrue<Equal<NonNullable<ServerOptions['network']>, Network>>(true)
    isTrue<Equal<NonNullable<ServerOptions['store']>, MessageStore>>(true)
    isTrue<Equal<Server['broker'], Broker>>(true)
    isTrue<Equal<Server['nameserver'], Nameserver>>(true)
  })
})
