import { describeJudged, judgeStartMs } from '../official/judges'
import { contractSuite } from './suite'
import { startOfficial } from './targets'

describeJudged('5.5.0')('the contract, kept by the official 5.5.0', () => {
  contractSuite(() => startOfficial('5.5.0'), judgeStartMs)
})
