import { FileError } from './file-error'
import { lookingOperations } from './looking-operations'
import type { StoreFiles } from './store-files'

/**
 * The same disk, on which no directory is made once `root` is gone: whoever moves a store away while it is open takes its log along, and nothing
 * must begin anew in the old place. That is a `FileError` with `ENOENT`.
 */
export function placedFiles(files: StoreFiles, root: string): StoreFiles {
  return Object.freeze<StoreFiles>({
    ...lookingOperations(files),
    open: (path, access) => files.open(path, access),
    makeDirectory: (directory) => {
      if (files.stat(root) === undefined) throw new FileError('make directory', root, 'ENOENT')
      files.makeDirectory(directory)
    },
    rename: (from, to) => files.rename(from, to),
    remove: (path) => files.remove(path),
    syncDirectory: (directory) => files.syncDirectory(directory)
  })
}
