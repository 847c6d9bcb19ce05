import { ManualClock } from 'net-ts-protocol-kit'
import type { FileOperation, PowerCut } from '../../../src'
import { SimulatedStoreFiles } from '../../../src'
import { checkReopened, type StoreOn } from './reopened'
import { EVERY_OPERATION, type Step, Work } from './workload'

export interface FailureLoop {
  readonly open: StoreOn
  /** Such as `EIO`. */
  readonly reason: string
  /** Whether all that follows fails too: a disk that is gone. Default `false`. */
  readonly isLasting?: boolean
  /** Disk that the work begins on. Default: an empty one. */
  readonly files?: SimulatedStoreFiles
  /** Default: every operation of a store. */
  readonly steps?: readonly Step[]
  /** What the power cut afterwards leaves; the process is only killed when it is left out. */
  readonly cut?: PowerCut
}

export interface FailureFindings {
  /** Operations that were made to fail, each in a run of its own. */
  readonly failures: number
  readonly problems: readonly string[]
}

/**
 * Makes the first operation on the disk fail, then, from the beginning, the second, and so on until no operation is left. After each run the
 * store must open, with all that was acknowledged and nothing that was refused.
 */
export async function failEveryOperation(loop: FailureLoop): Promise<FailureFindings> {
  const problems: string[] = []
  for (let n = 1; ; n++) {
    const { failed, found } = await failOnce(loop, n)
    if (failed === undefined) return { failures: n - 1, problems }
    problems.push(...found.map((problem) => `${loop.reason} of ${failed.name} ${failed.path} (${n}): ${problem}`))
  }
}

async function failOnce({ open, reason, isLasting, files: base, steps, cut }: FailureLoop, n: number) {
  const files = base?.clone() ?? new SimulatedStoreFiles()
  const failure = isLasting === true ? files.failWhere(({ number }) => (number >= n ? reason : undefined)) : files.failAt(n, reason)
  const clock = new ManualClock()
  const work = new Work(open(files, clock), clock)
  await work.do(steps ?? EVERY_OPERATION)
  const failed: FileOperation | undefined = failure.failed[0]
  const left = cut === undefined ? files.afterKill() : files.afterPowerCut(cut)
  // What is written and cannot be synced stays in the page cache; on a disk that is gone nothing can be taken back, and what was taken
  // back is not synced when the power is cut.
  const failedMayRemain = isLasting === true || cut !== undefined || failed?.name === 'sync'
  const known = work.ledger.at(work.ledger.mark, { failedMayRemain })
  const untyped = work.untypedErrors.map((error) => `untyped: ${error instanceof Error ? error.stack : error}`)
  return { failed, found: [...untyped, ...(await checkReopened(open, left, known, { mayHaveHoles: cut !== undefined }))] }
}
