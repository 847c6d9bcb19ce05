import { ManualClock } from 'net-ts-protocol-kit'
import { SimulatedStoreFiles } from '../../../src'
import type { Knowledge } from './ledger'
import type { StoreOn } from './reopened'
import { type Step, Work } from './workload'

/** A disk with a store on it that some work has left, and what is known of that store. */
export interface FilledDisk {
  readonly files: SimulatedStoreFiles
  readonly known: Knowledge
}

/** Does the steps on a store on an empty disk; the process is killed behind the last one, unless that closes the store. */
export async function fillDisk(open: StoreOn, steps: readonly Step[]): Promise<FilledDisk> {
  const files = new SimulatedStoreFiles()
  const clock = new ManualClock()
  const work = new Work(open(files, clock), clock)
  await work.do([({ store }) => store.start(), ...steps])
  if (work.untypedErrors.length > 0) throw work.untypedErrors[0]
  return { files: files.afterKill(), known: work.ledger.at() }
}
