import type { StoreDocuments } from './message-store'
import { StoreError } from './store-error'

/** Documents that live as long as their store object. */
export class MemoryDocuments implements StoreDocuments {
  readonly #texts = new Map<string, string>()

  read(name: string): string | undefined {
    checkDocumentName(name)
    return this.#texts.get(name)
  }

  async write(name: string, text: string): Promise<void> {
    checkDocumentName(name)
    this.#texts.set(name, text)
  }
}

/**
 * Refuses a name that could be a path, a hidden file, or a file beside another document: a document may be a file of that name.
 *
 * @throws StoreError `DOCUMENT_NAME_ILLEGAL`.
 */
export function checkDocumentName(name: string): void {
  if (/^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$/.test(name) && !/\.(bak|tmp|broken)$/.test(name)) return
  throw new StoreError('DOCUMENT_NAME_ILLEGAL', `"${name.slice(0, 64)}" is no name for a document`, { name: name.slice(0, 64) })
}
