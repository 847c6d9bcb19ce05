import { flipOthers } from './flipped-bits'

flipOthers('killed')
