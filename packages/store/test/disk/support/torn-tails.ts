import { randomFillSync } from 'node:crypto'
import type { SimulatedStoreFiles } from '../../../src'
import type { Attempt, Knowledge } from './ledger'
import { checkOpened, type StoreOn } from './reopened'

/** What is behind the position at which the last file ends too early. */
export type TornEnd = 'zeros' | 'noise' | 'nothing'

export interface TornTails {
  readonly open: StoreOn
  /** A store, and what is known of it. The newest records have to be in one commit log file. */
  readonly files: SimulatedStoreFiles
  readonly known: Knowledge
  /** Directory of the commit log. */
  readonly directory: string
  /** Newest records that are torn. */
  readonly records: number
  readonly end: TornEnd
  /** Which bytes, by their place in the log. Default: all. */
  readonly takes?: (position: number) => boolean
  /** Whether offsets may be without a record: of a store that was closed in order the queues still tell of those that are lost. Default `false`. */
  readonly mayHaveHoles?: boolean
}

export interface TornFindings {
  readonly positions: number
  readonly problems: readonly string[]
}

/** Tears the log at every byte of its newest records. Those before must be there; of the one that is torn, and those behind, nothing. */
export async function tearEveryTail(torn: TornTails): Promise<TornFindings> {
  const newest = [...torn.known.acknowledged].sort(byPlace).slice(-torn.records)
  const [first, last] = [newest.at(0), newest.at(-1)]
  if (first === undefined || last === undefined) throw new Error('nothing to tear')
  const { takes = () => true } = torn
  const problems: string[] = []
  let positions = 0
  const end = endOf(last)
  for (let at = first.appended.physicalOffset; at < end; at++) {
    if (!takes(at)) continue
    positions++
    problems.push(...(await tearAt(torn, at)).map((problem) => `torn at ${at} of ${end}, ${torn.end} behind: ${problem}`))
  }
  return { positions, problems }
}

async function tearAt({ open, files, known, directory, end, mayHaveHoles = false }: TornTails, at: number): Promise<readonly string[]> {
  const left = files.clone()
  const name = left.list(directory).findLast((file) => Number(file) <= at) ?? ''
  tear(left, `${directory}/${name}`, at - Number(name), end)
  const { problems, refusal } = await checkOpened(open, left, known, { mayBeLost: (attempt) => endOf(attempt) > at, mayHaveHoles })
  return refusal === undefined ? problems : [`${refusal}`]
}

function tear(files: SimulatedStoreFiles, path: string, position: number, end: TornEnd): void {
  const size = files.bytesOf(path).length
  files.cut(path, position)
  if (end !== 'nothing') files.cut(path, size)
  if (end === 'noise') files.overwrite(path, position, NOISE.subarray(position, Math.min(size, position + NOISE_BYTES)))
}

/** Longer than any record that is torn. */
const NOISE_BYTES = 4096
const NOISE = randomFillSync(Buffer.alloc(1024 * 1024))

const endOf = ({ appended }: Attempt): number => appended.physicalOffset + appended.size

const byPlace = (a: Attempt, b: Attempt): number => a.appended.physicalOffset - b.appended.physicalOffset
