import { flipLog } from './flipped-bits'

flipLog('closed', { number: 0, of: 4 })
