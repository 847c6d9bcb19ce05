import { tearLog } from './torn-log'

tearLog('closed', 'zeros')
