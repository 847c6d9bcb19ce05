import { tearLog } from './torn-log'

tearLog('killed', 'nothing')
