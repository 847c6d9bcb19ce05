import { seeds } from '../../../../test/random-runs'
import { crashEverywhere, TORN } from './every-crash'

const ends = ['none' as const, ...seeds(2).map((seed) => ({ seed }))]

crashEverywhere('a power cut at any moment takes nothing that a store acknowledged that syncs each commit', 'SYNC_FLUSH', {
  ...{ ends, allowances: TORN }
})
