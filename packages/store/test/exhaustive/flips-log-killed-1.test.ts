import { flipLog } from './flipped-bits'

flipLog('killed', { number: 0, of: 2 })
