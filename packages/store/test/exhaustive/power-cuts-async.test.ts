import { seeds } from '../../../../test/random-runs'
import { crashEverywhere, TORN } from './every-crash'

const ends = ['none' as const, ...seeds(2).map((seed) => ({ seed }))]

crashEverywhere('a power cut at any moment leaves nothing wrong in a store that syncs later', 'ASYNC_FLUSH', {
  ...{ ends, allowances: { ...TORN, mayBeLost: () => true } }
})
