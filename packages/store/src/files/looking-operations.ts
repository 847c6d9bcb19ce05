import type { StoreFiles } from './store-files'

/** What only looks at a disk: for one over it, which has to say by itself what becomes of all that may change something. */
export function lookingOperations(files: StoreFiles): Omit<StoreFiles, 'open' | 'makeDirectory' | 'rename' | 'remove' | 'syncDirectory'> {
  return {
    stat: (path) => files.stat(path),
    list: (directory) => files.list(directory),
    space: (directory) => files.space(directory),
    self: files.self,
    startOf: (pid) => files.startOf(pid),
    lockHolders: (path) => files.lockHolders(path)
  }
}
