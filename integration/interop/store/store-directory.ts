import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Directories of stores, which are gone with {@link removeAll}. */
export class StoreDirectories {
  /** Made when it is needed: nothing is left of tests that do not run. */
  #root: string | undefined
  #made = 0

  /** A path at which there is nothing yet. */
  fresh(): string {
    this.#root ??= mkdtempSync(join(tmpdir(), 'interop-store-'))
    this.#made += 1
    return join(this.#root, `store-${this.#made}`)
  }

  /** The same bytes under another path. */
  copy(directory: string): string {
    const to = this.fresh()
    cpSync(directory, to, { recursive: true, preserveTimestamps: true })
    return to
  }

  removeAll(): void {
    if (this.#root !== undefined) rmSync(this.#root, { recursive: true, force: true })
  }
}

/** Paths of all files below a directory, relative to it and in order; those of one part of a store when it is named. */
export function filesOf(directory: string, part = ''): string[] {
  const from = join(directory, part)
  if (!existsSync(from)) return []
  const entries = readdirSync(from, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile())
  return files.map((file) => join(file.parentPath, file.name).slice(directory.length + 1)).sort()
}

/** SHA-256 of every file of a list. */
export function hashesOf(directory: string, files: readonly string[]): Record<string, string> {
  return Object.fromEntries(files.map((file) => [file, sha256(readFileSync(join(directory, file)))]))
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
