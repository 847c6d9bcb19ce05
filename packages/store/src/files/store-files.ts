/**
 * The disk, as the only way in. The real form is `nodeStoreFiles`; `SimulatedStoreFiles` keeps files in memory, can lose what was not
 * synced, fill up, fail and crash.
 *
 * Paths are absolute or relative to the process; parts are joined with `/`. Every failure is a {@link FileError}.
 */
export interface StoreFiles {
  open(path: string, access: FileAccess): StoreFile
  /** What is at the path, or `undefined` when nothing is. */
  stat(path: string): FileFacts | undefined
  /** Names in a directory, sorted; empty when there is no such directory. */
  list(directory: string): readonly string[]
  /** Makes a directory and those above it. Does nothing when it is there; `ENOTDIR`, naming the place, when something else is. */
  makeDirectory(directory: string): void
  /** Puts a file in another's place, atomically. Survives a power cut once `syncDirectory` of both directories has settled. */
  rename(from: string, to: string): void
  /** Removes a file, or an empty directory. Does nothing when it is missing. */
  remove(path: string): void
  /** Makes names that were created, renamed or removed in the directory survive a power cut. */
  syncDirectory(directory: string): void
  /** Space of the file system that the directory is in. */
  space(directory: string): DiskSpace
  /** This process, as an owner of stores names itself. */
  readonly self: ProcessIdentity
  /** When the process with that id started, in a form that compares equal for one and the same process; `undefined` when there is none. */
  startOf(pid: number): string | undefined
  /** Process ids that hold a file lock on the file, where the system tells (`/proc/locks`); empty where it does not. */
  lockHolders(path: string): readonly number[]
}

/**
 * What a file is opened for. `create` makes it when it is missing; `read` and `write` fail with `ENOENT` then. `createNew` fails with
 * `EEXIST` when something is there: of two who try one succeeds. All but `read` need a disk that can be written.
 */
export type FileAccess = 'read' | 'write' | 'create' | 'createNew'

/** An open file. Positions and lengths are bytes, whole numbers: a position that is none is a RangeError, and nothing is done. */
export interface StoreFile {
  readonly path: string
  /** Length now. */
  size(): number
  /** Reads up to `target.length` bytes; fewer only at the end of the file. Returns how many. */
  readNow(target: Uint8Array, position: number): number
  /** As `readNow`, off the event loop. */
  read(target: Uint8Array, position: number): Promise<number>
  /** Writes at a position; may write less than it was given, and says how much. See `writeFully`. */
  writeNow(source: Uint8Array, position: number): number
  /** As `writeNow`, off the event loop. */
  write(source: Uint8Array, position: number): Promise<number>
  /** Cuts the file, or lengthens it with bytes that read as zeros and take no space. */
  truncate(size: number): void
  /** Makes what has been written survive a power cut (`fdatasync`), off the event loop. */
  sync(): Promise<void>
  /** As `sync`, in this call: for small files that are written rarely. */
  syncNow(): void
  /** Never fails. What was begun off the event loop ends first; whatever is asked afterwards fails with `EBADF`. */
  close(): void
}

export interface FileFacts {
  readonly kind: 'file' | 'directory' | 'other'
  /** Length, bytes. */
  readonly bytes: number
  /** Space taken on the disk, bytes: less than the length when the file has holes. */
  readonly allocatedBytes: number
  /** Wall clock milliseconds of the last change. */
  readonly modifiedAt: number
}

export interface DiskSpace {
  /** What this process could take of an empty disk: without what is kept for the system's administrator. */
  readonly totalBytes: number
  /** What this process may still take. */
  readonly freeBytes: number
}

export interface ProcessIdentity {
  readonly pid: number
  /** As `startOf` tells it. */
  readonly startedAt: string
}
