import { flipLog } from './flipped-bits'

flipLog('killed', { number: 2, of: 4 })
