import { flipLog } from './flipped-bits'

flipLog('killed', { number: 1, of: 2 })
