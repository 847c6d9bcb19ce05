import { describe, expect, it } from '@jest/globals'
import { offsetMessageId } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../test/random-runs'
import { OffsetIds } from '../src/send/offset-ids'

describe('the offset ids of a broker', () => {
  it.each(['127.0.0.1', '::1'])('are those of its address %s, whatever the offset', (host) => {
    const ids = new OffsetIds({ host, port: 10911 })
    const offsets = fc.oneof(fc.maxSafeNat(), fc.nat(), fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1, 2 ** 32, Number.MAX_SAFE_INTEGER))
    fc.assert(
      fc.property(offsets, (offset) => {
        expect(ids.idOf(offset)).toBe(offsetMessageId(host, 10911, offset))
      }),
      runs(1000)
    )
  })
})
