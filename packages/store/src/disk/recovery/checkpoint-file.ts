import { FileError } from '../../files/file-error'
import type { StoreFiles } from '../../files/store-files'
import { writeFully } from '../../files/write-fully'

/** What the official file `checkpoint` says (read in store/…/StoreCheckpoint.java). Times are store times of records, milliseconds; 0: not known. */
export interface Checkpoint {
  /** The log is durable up to a record of that time. */
  readonly physicMsgTimestamp: number
  /** The consume queues are. */
  readonly logicsMsgTimestamp: number
  /** The index is. */
  readonly indexMsgTimestamp: number
  /** 5.x: how far a replica has got. */
  readonly masterFlushedOffset: number
  /** 5.x: how far a controller has confirmed. */
  readonly confirmPhyOffset: number
  /** 5.5: the consume queues are durable up to this place in the log, where a record begins; 0: not known. */
  readonly logicsPhysicalOffset: number
}

/** Length of the file, bytes: a page, of which the numbers take the beginning. */
export const CHECKPOINT_BYTES = 4096
const NUMBER_BYTES = 8

const FIELDS = [
  'physicMsgTimestamp',
  'logicsMsgTimestamp',
  'indexMsgTimestamp',
  'masterFlushedOffset',
  'confirmPhyOffset',
  'logicsPhysicalOffset'
] as const satisfies readonly (keyof Checkpoint)[]

/** What is missing, or no possible value, is 0: recovery begins earlier then. */
export function readCheckpoint(files: StoreFiles, path: string): Checkpoint {
  const bytes = Buffer.alloc(FIELDS.length * NUMBER_BYTES)
  if (files.stat(path)?.kind === 'file') readInto(files, path, bytes)
  const values = FIELDS.map((name, index) => [name, positionOf(bytes.readBigInt64BE(index * NUMBER_BYTES))] as const)
  return Object.fromEntries(values) as unknown as Checkpoint
}

/** Writes the numbers over those before and makes them durable; the rest of the file stays. @throws FileError */
export function writeCheckpoint(files: StoreFiles, path: string, checkpoint: Checkpoint): void {
  const bytes = Buffer.alloc(FIELDS.length * NUMBER_BYTES)
  for (const [index, name] of FIELDS.entries()) bytes.writeBigInt64BE(BigInt(checkpoint[name]), index * NUMBER_BYTES)
  const file = files.open(path, 'create')
  try {
    if (file.size() < CHECKPOINT_BYTES) file.truncate(CHECKPOINT_BYTES)
    writeFully(file, bytes, 0)
    file.syncNow()
  } finally {
    file.close()
  }
}

function readInto(files: StoreFiles, path: string, bytes: Buffer): void {
  try {
    const file = files.open(path, 'read')
    try {
      file.readNow(bytes, 0)
    } finally {
      file.close()
    }
  } catch (error) {
    if (!(error instanceof FileError)) throw error
    bytes.fill(0)
  }
}

function positionOf(value: bigint): number {
  return value < 0n || value > BigInt(Number.MAX_SAFE_INTEGER) ? 0 : Number(value)
}
