import { describe } from '@jest/globals'
import { brokerRestart } from './rows/g-broker-restart'
import { contractSuite } from './suite'
import { startOnDisk } from './targets'

const START_MS = 60_000

describe('the contract, kept by our command with a store on disk', () => {
  contractSuite(() => startOnDisk({ flush: 'async', restart: 'SIGINT' }), START_MS)
})

describe.each(['async', 'sync'] as const)('our command with a store on disk (%s flush)', (flush) => {
  describe('that is killed', () => {
    contractSuite(() => startOnDisk({ flush, restart: 'SIGKILL' }), START_MS, [brokerRestart])
  })
})
