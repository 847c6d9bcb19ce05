import { failEverywhere } from './failures'

failEverywhere('SYNC_FLUSH')
