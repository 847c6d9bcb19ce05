import { readCopy } from '../disk/documents/document-copy'
import { readIndexFile } from '../disk/index-files/read-index-file'
import { type Checkpoint, readCheckpoint } from '../disk/recovery/checkpoint-file'
import { FileError } from '../files/file-error'
import type { FileFacts } from '../files/store-files'
import type { InspectedStore } from './inspected-store'

/** What a file is for. `other`: not of a part that is read here; it is left alone. */
export type InspectedFileKind = 'commit log' | 'consume queue' | 'index' | 'document' | 'state' | 'other'

export interface InspectedFile {
  /** Relative to the store's directory. */
  readonly path: string
  readonly kind: InspectedFileKind
  readonly bytes: number
  /** Space on the disk: less where a file has holes. */
  readonly allocatedBytes: number
  /** Wall clock milliseconds of the last change. */
  readonly modifiedAt: number
  /** Why it cannot be used. */
  readonly problem?: string
  /** Of index files: the numbers of the header. */
  readonly index?: IndexFileSummary
}

export interface IndexFileSummary {
  readonly slots: number
  /** Entries that there is room for. */
  readonly capacity: number
  readonly usedSlots: number
  readonly entries: number
  /** Store times of the first and the last message, milliseconds. */
  readonly beginTime: number
  readonly endTime: number
  /** Their commit log offsets. */
  readonly beginOffset: number
  readonly endOffset: number
}

/** The files of a store, and how it was left. */
export interface InspectedFiles {
  readonly directory: string
  /** Whether a process has it open, as far as can be told. */
  readonly isOpen: boolean
  /** Whether the last stop was orderly: there is no `abort`. */
  readonly isLeftInOrder: boolean
  /** The process of ours that has, or had when it crashed, the store. */
  readonly owner: { readonly pid: number; readonly isRunning: boolean } | undefined
  /** Processes that hold the official lock, where the system tells. */
  readonly lockHolders: readonly number[]
  readonly checkpoint: Checkpoint | undefined
  /** In the order of their paths. */
  readonly files: readonly InspectedFile[]
}

/** Lists every file of the directory. @throws FileError */
export function inspectFiles(store: InspectedStore): InspectedFiles {
  const owner = store.owner()
  return {
    directory: store.directory,
    isOpen: store.isOpen,
    isLeftInOrder: store.files.stat(store.path('abort')) === undefined,
    owner: owner === undefined ? undefined : { pid: owner.pid, isRunning: owner.isRunning },
    lockHolders: store.lockHolders(),
    checkpoint:
      store.files.stat(store.path('checkpoint')) === undefined ? undefined : readCheckpoint(store.files, store.path('checkpoint')),
    files: [...filesBelow(store, '')]
  }
}

function* filesBelow(store: InspectedStore, directory: string): Generator<InspectedFile> {
  for (const name of namesIn(store, directory)) {
    const path = directory === '' ? name : `${directory}/${name}`
    // A broker may have removed it since.
    const facts = store.files.stat(store.path(path))
    if (facts?.kind === 'directory') yield* filesBelow(store, path)
    else if (facts !== undefined) yield describe(store, path, facts)
  }
}

function namesIn(store: InspectedStore, directory: string): readonly string[] {
  try {
    return store.files.list(directory === '' ? store.directory : store.path(directory))
  } catch (error) {
    if (error instanceof FileError && error.reason === 'ENOENT') return []
    throw error
  }
}

function describe(store: InspectedStore, path: string, { bytes, allocatedBytes, modifiedAt }: FileFacts): InspectedFile {
  const kind = KINDS.find(([pattern]) => pattern.test(path))?.[1] ?? 'other'
  const more = kind === 'index' ? indexFacts(store, path) : kind === 'document' ? documentFacts(store, path) : {}
  return { path, kind, bytes, allocatedBytes, modifiedAt, ...more }
}

const KINDS: readonly (readonly [RegExp, InspectedFileKind])[] = [
  [/^commitlog\/\d{20}$/, 'commit log'],
  [/^consumequeue\/[^/]+\/\d+\/\d{20}$/, 'consume queue'],
  [/^index\/\d{17}$/, 'index'],
  [/^config\/[^/]+\.json(\.bak)?$/, 'document'],
  [/^(checkpoint|abort|lock|rocketmq-ts\/.*)$/, 'state']
]

function indexFacts(store: InspectedStore, path: string): Partial<InspectedFile> {
  const { indexSlots, indexEntries } = store.options
  const found = readIndexFile(store.files, store.path(path), { slots: indexSlots, entries: indexEntries })
  if ('problem' in found) return { problem: found.problem }
  const { geometry, header } = found
  return {
    index: {
      ...{ slots: geometry.slots, capacity: geometry.entries - 1, usedSlots: header.hashSlotCount, entries: header.indexCount - 1 },
      ...{ beginTime: header.beginTimestamp, endTime: header.endTimestamp },
      ...{ beginOffset: header.beginPhysicalOffset, endOffset: header.endPhysicalOffset }
    }
  }
}

function documentFacts(store: InspectedStore, path: string): Partial<InspectedFile> {
  const { state, problem } = readCopy(store.files, store.path(path))
  return state === 'readable' || state === 'missing' ? {} : { problem: `it ${problem}` }
}
