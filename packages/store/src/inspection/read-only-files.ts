import { FileError } from '../files/file-error'
import { lookingOperations } from '../files/looking-operations'
import type { StoreFiles } from '../files/store-files'

/** The same disk without a way to change it: whatever would is a `FileError` with `EROFS`, before the disk hears of it. */
export function readOnlyFiles(files: StoreFiles): StoreFiles {
  return Object.freeze<StoreFiles>({
    ...lookingOperations(files),
    open: (path, access) => (access === 'read' ? files.open(path, access) : refuse('open', path)),
    makeDirectory: (directory) => refuse('make directory', directory),
    rename: (from) => refuse('rename', from),
    remove: (path) => refuse('remove', path),
    syncDirectory: (directory) => refuse('sync directory', directory)
  })
}

function refuse(operation: string, path: string): never {
  throw new FileError(operation, path, 'EROFS')
}
