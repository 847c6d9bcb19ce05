import { flipOthers } from './flipped-bits'

flipOthers('closed')
