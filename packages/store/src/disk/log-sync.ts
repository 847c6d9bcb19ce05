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

  constructor(log: SyncedLog) {
    this.#log = log
  }

  /** Whether there is something written that is not durable yet. */
  get isBehind(): boolean {
    return this.#log.flushedOffset < this.#log.writtenOffset
  }

  /** Settles when all that is written now is durable. Rejects with a `FileError`; what was not durable may be lost then, and asking again proves nothing. */
  async upToNow(): Promise<void> {
    const wanted = this.#log.writtenOffset
    while (this.#log.flushedOffset < wanted) await this.#sync()
  }

  /** Settles with the offset that is durable now. */
  #sync(): Promise<number> {
    this.#running ??= this.#log.sync().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }
}
