import { describe } from '@jest/globals'
import { examplesSuite } from './suite'
import { startOurs } from './targets'

describe('the examples, against our server', () => {
  examplesSuite(startOurs, 60_000)
})
