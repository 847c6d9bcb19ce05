import { flipLog } from './flipped-bits'

flipLog('closed', { number: 2, of: 4 })
