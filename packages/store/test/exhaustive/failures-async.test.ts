import { failEverywhere } from './failures'

failEverywhere('ASYNC_FLUSH')
