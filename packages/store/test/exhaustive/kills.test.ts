import { describe } from '@jest/globals'
import { crashEverywhere } from './every-crash'

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('a store in %s that is killed', (flush) => {
  crashEverywhere('at any moment has all that was acknowledged, and nothing else', flush, { ends: ['kill'] })
  crashEverywhere('in the middle of writes has all that was acknowledged, and nothing else', flush, { ends: ['kill'], shortWrites: 1 })
})
