import { describeJudged, judgeStartMs } from '../official/judges'
import { examplesSuite } from './suite'
import { startOfficial } from './targets'

describeJudged('4.9.7')('the examples, against the official 4.9.7', () => {
  examplesSuite(() => startOfficial('4.9.7'), judgeStartMs)
})
