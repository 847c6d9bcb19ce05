import { parentOf } from './parent-of'
import type { StoreFiles } from './store-files'

/** Makes a directory and those above it that are missing, so that they survive a power cut. */
export function makeDurableDirectory(files: StoreFiles, directory: string): void {
  if (files.stat(directory) !== undefined) return
  const parent = parentOf(directory)
  if (parent !== directory) makeDurableDirectory(files, parent)
  files.makeDirectory(directory)
  try {
    files.syncDirectory(parent)
  } catch (error) {
    takeBack(files, directory)
    throw error
  }
}

/** A directory that is there is not synced again: whoever tries once more must not find it. */
function takeBack(files: StoreFiles, directory: string): void {
  try {
    files.remove(directory)
  } catch {
    // The disk fails altogether; what made this necessary is told.
  }
}
