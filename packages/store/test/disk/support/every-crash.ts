import { ManualClock } from 'net-ts-protocol-kit'
import { type FileOperation, type PowerCut, SimulatedStoreFiles } from '../../../src'
import type { Allowances } from './check-store'
import type { Knowledge } from './ledger'
import { checkReopened, type StoreOn } from './reopened'
import { EVERY_OPERATION, type Step, Work } from './workload'

/** A moment in the life of a store: right before an operation. */
export interface Moment {
  readonly operation: FileOperation
  readonly files: SimulatedStoreFiles
  readonly known: Knowledge
}

export interface CrashLoop {
  readonly open: StoreOn
  /** How it ends: the process is killed, or the power cut; at each moment, all of them. */
  readonly ends: readonly ('kill' | PowerCut)[]
  readonly allowances?: Allowances
  readonly files?: SimulatedStoreFiles
  readonly steps?: readonly Step[]
  /** Seed of short writes, so that a crash comes in the middle of one. Default: writes are whole. */
  readonly shortWrites?: number
  /** Only each so manieth moment. Default 1. */
  readonly every?: number
}

export interface CrashFindings {
  readonly crashes: number
  readonly problems: readonly string[]
}

/** Works with a store once, and lets it crash right before each operation on the disk. */
export async function crashAtEveryOperation({ open, ends, allowances, every = 1, ...work }: CrashLoop): Promise<CrashFindings> {
  const moments = (await momentsOf(open, work)).filter((_, index) => index % every === 0)
  const problems: string[] = []
  for (const { operation, files, known } of moments) {
    for (const end of ends) {
      const left = end === 'kill' ? files.afterKill() : files.afterPowerCut(end)
      const found = await checkReopened(open, left, known, allowances)
      problems.push(
        ...found.map((problem) => `${textOf(end)} before ${operation.name} ${operation.path} (${operation.number}): ${problem}`)
      )
    }
  }
  return { crashes: moments.length * ends.length, problems }
}

async function momentsOf(open: StoreOn, { files: base, steps, shortWrites }: Partial<CrashLoop>): Promise<Moment[]> {
  const files = base?.clone() ?? new SimulatedStoreFiles()
  files.shortenWrites(shortWrites)
  const clock = new ManualClock()
  const work = new Work(open(files, clock), clock)
  const marks: { operation: FileOperation; files: SimulatedStoreFiles; mark: number }[] = []
  files.watch((operation) => marks.push({ operation, files: files.clone(), mark: work.ledger.mark }))
  await work.do(steps ?? EVERY_OPERATION)
  if (work.untypedErrors.length > 0) throw work.untypedErrors[0]
  return marks.map(({ mark, ...moment }) => ({ ...moment, known: work.ledger.at(mark) }))
}

const textOf = (end: 'kill' | PowerCut): string => (typeof end === 'string' ? end : `cut ${end.seed}`)
