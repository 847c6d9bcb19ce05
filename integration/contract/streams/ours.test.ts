import { describe } from '@jest/globals'
import { startOurs } from '../targets'
import { streamsSuite } from './streams-suite'

describe('streams on our broker', () => {
  streamsSuite(startOurs, 30_000)
})
