import { flipLog } from './flipped-bits'

flipLog('closed', { number: 1, of: 4 })
