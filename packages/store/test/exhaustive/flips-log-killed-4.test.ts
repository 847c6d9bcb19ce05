import { flipLog } from './flipped-bits'

flipLog('killed', { number: 3, of: 4 })
