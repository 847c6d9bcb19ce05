import { hasIpv6 } from './contents'
import { describeOfficialStore } from './official-store'

describeOfficialStore('a store that 4.9.7 wrote', {
  version: '4.9.7',
  fill: { transactions: true, senderV6: hasIpv6(), emptyBodies: true }
})
