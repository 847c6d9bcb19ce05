import { FileError } from '../../files/file-error'
import type { ProcessIdentity, StoreFiles } from '../../files/store-files'
import { writeFully } from '../../files/write-fully'

/** Writes down a process. Not synced: whoever it names has ended when the power is back. */
export function writeProcess(files: StoreFiles, path: string, { pid, startedAt }: ProcessIdentity): void {
  const file = files.open(path, 'create')
  try {
    file.truncate(0)
    writeFully(file, Buffer.from(`${JSON.stringify({ pid, startedAt })}\n`), 0)
  } finally {
    file.close()
  }
}

/** The process that was written down; `undefined` when there is no such file, or a power cut tore it. */
export function readProcess(files: StoreFiles, path: string): ProcessIdentity | undefined {
  try {
    return processIn(readText(files, path))
  } catch (error) {
    // ENOTDIR: a file is in the place of a directory above it. Whoever makes that says so.
    if (error instanceof FileError && (error.reason === 'ENOENT' || error.reason === 'ENOTDIR')) return undefined
    throw error
  }
}

/** Whether that very process is still there: another one that was given its number is not. */
export function isRunning(files: StoreFiles, { pid, startedAt }: ProcessIdentity): boolean {
  return files.startOf(pid) === startedAt
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return one.pid === other.pid && one.startedAt === other.startedAt
}

function processIn(text: string): ProcessIdentity | undefined {
  const [, pid, startedAt] = /^\{"pid":(\d{1,15}),"startedAt":"([^"\\]*)"\}\n$/.exec(text) ?? []
  return startedAt === undefined ? undefined : { pid: Number(pid), startedAt }
}

function readText(files: StoreFiles, path: string): string {
  const file = files.open(path, 'read')
  try {
    const bytes = Buffer.alloc(file.size())
    return bytes.toString('utf8', 0, file.readNow(bytes, 0))
  } finally {
    file.close()
  }
}
