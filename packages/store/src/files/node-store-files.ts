import {
  closeSync,
  fsyncSync,
  lstatSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  type Stats,
  statfsSync,
  statSync,
  unlinkSync
} from 'node:fs'
import { attempt, codeOf } from './file-attempts'
import { makeDirectories } from './node-directories'
import { lockHolders, selfIdentity, startOf } from './node-processes'
import { NodeStoreFile } from './node-store-file'
import type { DiskSpace, FileAccess, FileFacts, StoreFile, StoreFiles } from './store-files'

/** The disks of this machine. */
export const nodeStoreFiles: StoreFiles = Object.freeze({
  open: (path: string, access: FileAccess): StoreFile => new NodeStoreFile(path, access),
  stat(path: string): FileFacts | undefined {
    const stats = attempt('stat', path, () => unlessMissing(() => statSync(path)))
    return stats === undefined ? undefined : factsOf(stats)
  },
  list: (directory: string): readonly string[] =>
    attempt('list', directory, () => unlessMissing(() => readdirSync(directory).sort()) ?? []),
  makeDirectory: makeDirectories,
  rename: (from: string, to: string): void => attempt('rename', from, () => renameSync(from, to)),
  remove: (path: string): void => attempt('remove', path, () => unlessMissing(() => removeThis(path))),
  syncDirectory(directory: string): void {
    // Windows has no such call: NTFS keeps a journal of names.
    if (process.platform !== 'win32') attempt('sync directory', directory, () => syncNames(directory))
  },
  space: (directory: string): DiskSpace => attempt('space', directory, () => spaceOf(directory)),
  self: Object.freeze(selfIdentity()),
  startOf,
  lockHolders
})

/** `undefined` when the path, or a directory on the way to it, is missing: nothing at all there, or a file in a directory's place. */
function unlessMissing<T>(work: () => T): T | undefined {
  try {
    return work()
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function factsOf(stats: Stats): FileFacts {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other'
  // A block of `blocks` has 512 bytes, whatever `blksize` is (stat(2)). Windows counts none.
  const allocatedBytes = stats.blocks === undefined ? stats.size : stats.blocks * 512
  return { kind, bytes: stats.size, allocatedBytes, modifiedAt: stats.mtimeMs }
}

function removeThis(path: string): void {
  if (lstatSync(path).isDirectory()) rmdirSync(path)
  else unlinkSync(path)
}

function syncNames(directory: string): void {
  const descriptor = openSync(directory, 'r')
  try {
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

/** Counted as Java counts the use of a disk (read in common/…/UtilAll.java, `getDiskPartitionSpaceUsedPercent`). */
function spaceOf(directory: string): DiskSpace {
  const { blocks, bfree, bavail, bsize } = statfsSync(directory)
  return { totalBytes: (blocks - bfree + bavail) * bsize, freeBytes: bavail * bsize }
}
