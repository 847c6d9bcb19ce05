import { describeJudged, judgeStartMs } from '../official/judges'
import { contractSuite } from './suite'
import { startOfficial } from './targets'

describeJudged('4.9.7')('the contract, kept by the official 4.9.7', () => {
  contractSuite(() => startOfficial('4.9.7'), judgeStartMs)
})
