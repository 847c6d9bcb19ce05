import { indentJson } from '@rocketmq-ts/remoting/wire'
import type { StoreDocuments } from '@rocketmq-ts/store'

/** Where a document lives and what it says. */
export interface StoredDocumentOptions {
  readonly documents: StoreDocuments
  /** Such as `topics.json`. */
  readonly name: string
  /** The whole text as it is to be stored now, JSON in one line; it is stored over several, as official brokers do. */
  readonly render: () => string
  /** Told when what was rendered last is stored. */
  readonly onStored?: () => void
  /** Told of a write that failed; it is tried again at the next `flush`. */
  readonly onError: (error: unknown) => void
}

/** A small text in the store that is written when it has changed, and never twice at a time. */
export class StoredDocument {
  readonly #options: StoredDocumentOptions
  #isChanged = false
  #writing: Promise<void> = Promise.resolve()

  constructor(options: StoredDocumentOptions) {
    this.#options = options
  }

  /** The stored text, or `undefined` before the first write. */
  read(): string | undefined {
    return this.#options.documents.read(this.#options.name)
  }

  /** Whether the stored text is out of date. */
  get isChanged(): boolean {
    return this.#isChanged
  }

  /** Says that the stored text is out of date. */
  changed(): void {
    this.#isChanged = true
  }

  /** Writes what has changed. Never rejects. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async #write(): Promise<void> {
    if (!this.#isChanged) return
    const { documents, name, render, onStored, onError } = this.#options
    this.#isChanged = false
    try {
      await documents.write(name, indentJson(render()))
      onStored?.()
    } catch (error) {
      this.#isChanged = true
      onError(error)
    }
  }
}
