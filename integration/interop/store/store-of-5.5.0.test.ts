import { hasIpv6 } from './contents'
import { describeOfficialStore } from './official-store'

describeOfficialStore('a store that 5.5.0 wrote', { version: '5.5.0', fill: { transactions: true, senderV6: hasIpv6(), timer: true } })
