import { describeJudged, judgeStartMs } from '../../official/judges'
import { startOfficial } from '../targets'
import { streamsSuite } from './streams-suite'

describeJudged('4.9.7')('streams on the official 4.9.7', () => {
  streamsSuite(() => startOfficial('4.9.7'), judgeStartMs)
})
