import { describeJudged, judgeStartMs } from '../../official/judges'
import { startOfficial } from '../targets'
import { streamsSuite } from './streams-suite'

describeJudged('5.5.0')('streams on the official 5.5.0', () => {
  streamsSuite(() => startOfficial('5.5.0'), judgeStartMs)
})
