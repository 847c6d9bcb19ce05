import { makeDurableDirectory } from '../../files/make-durable-directory'
import type { StoreFile, StoreFiles } from '../../files/store-files'
import { writeFullyLater } from '../../files/write-fully'
import { checkDocumentName } from '../../memory-documents'
import type { StoreDocuments } from '../../message-store'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import type { StoreLogger } from '../store-clock'
import { type DocumentCopy, readCopy } from './document-copy'

/**
 * The store's documents as the official broker's files in `config/`: `<name>`, and the text before it in `<name>.bak`.
 *
 * A crash at any moment leaves a whole text in one of the two: a new text is written to `<name>.tmp` and synced, the current file becomes
 * `.bak`, the new one takes its place, and the directory is synced (since 5.4.0 official brokers rename to `.bak` too; read in
 * common/…/ConfigManager.java). A broken file never takes the place of a good `.bak`: it is kept as `<name>.broken`.
 * All other files of the directory are left alone.
 */
export class DiskDocuments implements StoreDocuments {
  readonly #directory: string
  readonly #files: StoreFiles
  readonly #logger: StoreLogger
  /** Files that were read or written here: they need no check before they become a `.bak`. */
  readonly #sound = new Set<string>()
  /** The last write of each name; none of them rejects. */
  readonly #writes = new Map<string, Promise<void>>()

  constructor({ directory, files, logger }: Pick<ResolvedDiskOptions, 'directory' | 'files' | 'logger'>) {
    this.#directory = `${directory}/config`
    this.#files = files
    this.#logger = logger
  }

  /**
   * The text of the file, else that of its `.bak`.
   *
   * @throws StoreError `DOCUMENT_UNREADABLE` naming both files when there are some and none can be read; `DOCUMENT_NAME_ILLEGAL`.
   */
  read(name: string): string | undefined {
    const path = this.#pathOf(name)
    const main = readCopy(this.#files, path)
    if (main.state === 'readable') this.#sound.add(path)
    if (main.state === 'readable') return main.text
    const backup = readCopy(this.#files, `${path}.bak`)
    if (backup.state !== 'readable') return textOfNeither(name, main, backup)
    if (main.state !== 'missing') this.#logger.warn('a document is broken: the text before it is used', { path, problem: main.problem })
    return backup.text
  }

  /** Rejects with a {@link FileError}; the text is the one before then, or the new one when only the last step failed. */
  async write(name: string, text: string): Promise<void> {
    const path = this.#pathOf(name)
    const writing = (this.#writes.get(path) ?? Promise.resolve()).then(() => this.#replace(path, text))
    const ended = writing.catch(() => {})
    this.#writes.set(path, ended)
    await writing.finally(() => {
      if (this.#writes.get(path) === ended) this.#writes.delete(path)
    })
  }

  /** Resolves when no write is under way. */
  async settled(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes.values())
  }

  #pathOf(name: string): string {
    checkDocumentName(name)
    return `${this.#directory}/${name}`
  }

  async #replace(path: string, text: string): Promise<void> {
    makeDurableDirectory(this.#files, this.#directory)
    await this.#writeNew(`${path}.tmp`, text)
    this.#putAside(path)
    this.#files.rename(`${path}.tmp`, path)
    // The text before an empty one would be taken for it.
    if (text === '') this.#files.remove(`${path}.bak`)
    else this.#sound.add(path)
    this.#files.syncDirectory(this.#directory)
  }

  /** A file that failed is removed: its space may be what is missing, and what a failed sync left of it is unknown. */
  async #writeNew(path: string, text: string): Promise<void> {
    this.#files.remove(path)
    const file = this.#files.open(path, 'create')
    try {
      await writeFullyLater(file, Buffer.from(text), 0)
      await file.sync()
    } catch (error) {
      this.#discard(file)
      throw error
    }
    file.close()
  }

  #discard(file: StoreFile): void {
    file.close()
    try {
      this.#files.remove(file.path)
    } catch (error) {
      this.#logger.debug('what could not be written could not be removed either', { path: file.path, error })
    }
  }

  /** Makes room for a new file. Whatever fails from here on, the next write looks again what there is. */
  #putAside(path: string): void {
    const state = this.#sound.delete(path) ? 'readable' : readCopy(this.#files, path).state
    if (state === 'readable') this.#files.rename(path, `${path}.bak`)
    if (state === 'broken') this.#files.rename(path, `${path}.broken`)
  }
}

/** An empty file alone is what is left of a very first write that was cut short: nothing is lost with it. */
function textOfNeither(name: string, main: DocumentCopy, backup: DocumentCopy): string | undefined {
  const there = [main, backup].filter(({ state }) => state !== 'missing')
  if (there.length === 0) return undefined
  if (there.length === 1 && there[0]?.state === 'empty') return ''
  throw unreadable(name, main, backup)
}

function unreadable(name: string, main: DocumentCopy, backup: DocumentCopy): StoreError {
  const found = `${main.path} ${main.problem} and ${backup.path} ${backup.problem}`
  return new StoreError('DOCUMENT_UNREADABLE', `${found}: restore one of them, or remove both to begin without ${name}`, {
    name,
    files: [main.path, backup.path],
    problems: [main.problem, backup.problem]
  })
}
