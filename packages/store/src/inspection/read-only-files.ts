import { FileError } from '../files/file-error'
import type { StoreFiles } from '../files/store-files'

/** The same disk without a way to change it: whatever would is a `FileError` with `EROFS`, before the disk hears of it. */
export function readOnlyFiles(files: StoreFiles): StoreFiles {
  return Object.freeze<StoreFiles>({
    open: (path, access) => (access === 'read' ? files.open(path, access) : refuse('open', path)),
    stat: (path) => files.stat(path),
    list: (directory) => files.list(directory),
    space: (directory) => files.space(directory),
    self: files.self,
    startOf: (pid) => files.startOf(pid),
    lockHolders: (path) => files.lockHolders(path),
    makeDirectory: (directory) => refuse('make directory', directory),
    rename: (from) => refuse('rename', from),
    remove: (path) => refuse('remove', path),
    syncDirectory: (directory) => refuse('sync directory', directory)
  })
}

function refuse(operation: string, path: string): never {
  throw new FileError(operation, path, 'EROFS')
}
