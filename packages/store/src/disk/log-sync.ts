/** The part of a commit log that is made durable. */
export interface SyncedLog {
  readonly writtenOffset: number
  readonly flushedOffset: number
  sync(): Promise<number>
}

/** Makes the commit log durable, one `fdatasync` after the other however many ask. */
export class LogSync {
  readonly #log: SyncedLog
  #running: Promise<number> | undefined
  #failure: { readonly error: unknown } | undefined

  constructor(log: SyncedLog) {
    this.#log = log
  }

  /** Whether there is something written that is not durable yet. */
  get isBehind(): boolean {
    return this.#log.flushedOffset < this.#log.writtenOffset
  }

  /** Settles when all that is written now is durable. Rejects with a `FileError`; what was not durable may be lost then; every later call rejects too. */
  async upToNow(): Promise<void> {
    const wanted = this.#log.writtenOffset
    while (this.#log.flushedOffset < wanted) await this.#sync()
  }

  #sync(): Promise<number> {
    this.#running ??= this.#syncOnce()
    return this.#running
  }

  /** The system forgets what it failed to write: a second `fdatasync` would succeed, and prove nothing. So there is none. */
  async #syncOnce(): Promise<number> {
    if (this.#failure !== undefined) throw this.#failure.error
    try {
      return await this.#log.sync()
    } catch (error) {
      this.#failure = { error }
      throw error
    } finally {
      this.#running = undefined
    }
  }
}
