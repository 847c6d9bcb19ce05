import { failAndCut } from './failures'

failAndCut('none')
failAndCut({ seed: 2 })
