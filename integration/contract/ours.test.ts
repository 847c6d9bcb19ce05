import { describe } from '@jest/globals'
import { contractSuite } from './suite'
import { startOurs } from './targets'

describe('the contract, kept by our broker', () => {
  contractSuite(startOurs, 30_000)
})
