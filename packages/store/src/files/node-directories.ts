import { mkdirSync, statSync } from 'node:fs'
import { attempt, codeOf } from './file-attempts'
import { FileError } from './file-error'
import { parentOf } from './parent-of'

/**
 * Makes a directory and those above it that are missing. Each is tried once: Node's own `recursive` goes up and down for ever where a
 * directory is there in which none can be made, as in `/proc` (read in src/node_file.cc, `MKDirpSync`).
 *
 * @throws FileError naming the directory that could not be made; `ENOTDIR` when something else is there, such as a link to nothing.
 */
export function makeDirectories(directory: string): void {
  if (isDirectory(directory)) return
  const parent = parentOf(directory)
  if (parent !== directory) makeDirectories(parent)
  attempt('make directory', directory, () => make(directory))
}

function make(directory: string): void {
  try {
    mkdirSync(directory)
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error
    // Somebody else may have made it meanwhile.
    if (!isDirectory(directory)) throw new FileError('make directory', directory, 'ENOTDIR', error)
  }
}

/** What cannot be looked at cannot be made either: that says why. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}
