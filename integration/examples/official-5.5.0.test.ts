import { describeJudged, judgeStartMs } from '../official/judges'
import { examplesSuite } from './suite'
import { startOfficial } from './targets'

describeJudged('5.5.0')('the examples, against the official 5.5.0', () => {
  examplesSuite(() => startOfficial('5.5.0'), judgeStartMs)
})
