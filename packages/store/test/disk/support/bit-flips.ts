import type { SimulatedStoreFiles } from '../../../src'
import type { Allowances } from './check-store'
import type { Attempt, Knowledge } from './ledger'
import { checkOpened, type StoreOn } from './reopened'

/** Queries by key are asked when `queries` is set: only then damage of the index can be seen. */
export interface BitFlips extends Pick<Allowances, 'queries'> {
  readonly open: StoreOn
  readonly files: SimulatedStoreFiles
  readonly known: Knowledge
  /** Directory of the commit log. */
  readonly directory: string
  /** Which files are damaged. Default: all. */
  readonly matches?: (path: string) => boolean
  /** Which bytes of a file. Default: all. */
  readonly takes?: (position: number) => boolean
}

export interface FlipFindings {
  readonly flips: number
  /** How often a start was refused, by code and path. */
  readonly refusals: ReadonlyMap<string, number>
  readonly problems: readonly string[]
}

/**
 * Turns over one bit, another one each time, in every byte of a store, and opens it. Whatever it serves must be what was sent; missing may be
 * only the record that the byte is in.
 */
export async function flipEveryByte({ takes = () => true, matches = () => true, ...store }: BitFlips): Promise<FlipFindings> {
  const found = { flips: 0, refusals: new Map<string, number>(), problems: [] as string[] }
  for (const path of store.files.paths.filter(matches)) {
    const { length } = store.files.bytesOf(path)
    for (let position = 0; position < length; position++) {
      if (!takes(position)) continue
      const { problems, refusal } = await flipAt(store, path, position)
      found.flips++
      found.problems.push(...problems.map((problem) => `${path} flipped at ${position}: ${problem}`))
      if (refusal === undefined) continue
      const reason = `${refusal.code} ${path}`
      found.refusals.set(reason, (found.refusals.get(reason) ?? 0) + 1)
    }
  }
  return found
}

function flipAt({ open, files, known, directory, queries = false }: BitFlips, path: string, position: number) {
  const left = files.clone()
  left.flip(path, position, (position + (position >> 3)) % 8)
  const at = path.startsWith(`${directory}/`) ? Number(path.slice(directory.length + 1)) + position : -1
  const mayBeLost = ({ appended }: Attempt): boolean => appended.physicalOffset <= at && at < appended.physicalOffset + appended.size
  const mayChangeDocuments = path.includes('/config/')
  return checkOpened(open, left, known, { mayBeLost, mayHaveHoles: true, mayChangeDocuments, queries })
}
