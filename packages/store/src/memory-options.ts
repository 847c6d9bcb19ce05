import { StoreError } from './store-error'

/** What a memory store is made with. */
export interface MemoryMessageStoreOptions {
  /** Wall clock in milliseconds: the store time of records. */
  readonly now: () => number
  /** Calls back at the end of the turn. */
  readonly defer: (callback: () => void) => void
  /** Longest body, bytes. Default 4 MiB. */
  readonly maxMessageBytes?: number
  /** Memory for records, bytes; when it is used up the oldest chunk goes (one more is kept to write on in). At least a chunk and a longest record. Default 512 MiB. */
  readonly maxBytes?: number
  /** Memory is taken, and given back, in pieces of this many bytes. Default 4 MiB. */
  readonly chunkBytes?: number
}

export type ResolvedMemoryOptions = Readonly<Required<MemoryMessageStoreOptions>>

const MIB = 1024 * 1024
/** What a record may have beside its body (read in store/…/MessageExtEncoder.java). */
const BESIDE_BODY_BYTES = 64 * 1024
const KNOWN: ReadonlySet<string> = new Set(['now', 'defer', 'maxMessageBytes', 'maxBytes', 'chunkBytes'])

/** @throws StoreError `OPTION_INVALID` naming the option. */
export function resolveMemoryOptions(options: MemoryMessageStoreOptions): ResolvedMemoryOptions {
  for (const name of Object.keys(options)) if (!KNOWN.has(name)) throw illegal(name, 'is no option of the memory store')
  const { now, defer, maxMessageBytes = 4 * MIB, maxBytes = 512 * MIB, chunkBytes = 4 * MIB } = options
  checkBytes('maxMessageBytes', maxMessageBytes, 1)
  checkBytes('chunkBytes', chunkBytes, 1)
  checkBytes('maxBytes', maxBytes, chunkBytes + maxMessageBytes + BESIDE_BODY_BYTES)
  return Object.freeze({ now, defer, maxMessageBytes, maxBytes, chunkBytes })
}

function checkBytes(name: string, value: number, min: number): void {
  if (!Number.isSafeInteger(value) || value < min) throw illegal(name, `must be a whole number of bytes, at least ${min}`)
}

function illegal(name: string, problem: string): StoreError {
  return new StoreError('OPTION_INVALID', `option ${name} ${problem}`, { option: name })
}
