import { flipLog } from './flipped-bits'

flipLog('closed', { number: 3, of: 4 })
