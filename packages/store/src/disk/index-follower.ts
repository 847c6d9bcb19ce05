import type { CommitLog } from './commit-log/commit-log'
import type { IndexFiles } from './index-files/index-files'

/** Entries of the index that may wait for the disk, bytes, until no more records are taken: a message may have thousands of keys. */
const MAX_PENDING_BYTES = 128 * 1024 * 1024

/** Adds committed records to the index, in log order, after those who wait for the commit have been told. */
export class IndexFollower {
  readonly #log: Pick<CommitLog, 'view' | 'read' | 'minOffset'>
  readonly #index: Pick<IndexFiles, 'add' | 'pendingBytes'>
  /** Physical offset and size of each record that is not indexed yet, in pairs; those before `#done` are. */
  #pending: number[] = []
  #done = 0
  /** Records before this commit log offset are to be indexed. */
  #end = 0
  #running: Promise<void> | undefined
  /** What waited for the disk when that was last looked at. */
  #pendingBytes = 0

  constructor(log: Pick<CommitLog, 'view' | 'read' | 'minOffset'>, index: Pick<IndexFiles, 'add' | 'pendingBytes'>) {
    this.#log = log
    this.#index = index
  }

  /** Whether so much waits for the disk that no more records are to be taken. */
  get isCrowded(): boolean {
    // Asked for every message: what waits is counted only when it was too much.
    if (this.#pendingBytes > MAX_PENDING_BYTES) this.#pendingBytes = this.#index.pendingBytes
    return this.#pendingBytes > MAX_PENDING_BYTES
  }

  /** A record has been appended; it is indexed once `advance` tells that it is committed. */
  note(physicalOffset: number, size: number): void {
    this.#pending.push(physicalOffset, size)
  }

  /** Forgets records that were never written. */
  rollBack(writtenOffset: number): void {
    const pending = this.#pending
    while (pending.length > this.#done && (pending[pending.length - 2] as number) >= writtenOffset) pending.length -= 2
  }

  /** Indexes what is committed before that commit log offset: in this call what is still in memory. */
  advance(end: number): void {
    this.#end = Math.max(this.#end, end)
    this.#pendingBytes = this.#index.pendingBytes
    if (this.#running !== undefined || this.#addHot()) return
    this.#running = this.#addCold().finally(() => {
      this.#running = undefined
    })
    // Who asks for the index learns of the failure; it is tried again then.
    this.#running.catch(() => {})
  }

  /** Settles when all that is committed before there is indexed. Rejects with a FileError. */
  async upTo(end: number): Promise<void> {
    for (this.advance(end); this.#running !== undefined; this.advance(end)) await this.#running
  }

  /** Settles when nothing is read from the disk any more, whether or not that failed. */
  async idle(): Promise<void> {
    await this.#running?.catch(() => {})
  }

  /** `false`: the next record has left the memory. */
  #addHot(): boolean {
    const pending = this.#pending
    for (; this.#done < pending.length; this.#done += 2) {
      const physicalOffset = pending[this.#done] as number
      if (physicalOffset >= this.#end) break
      const record = this.#log.view(physicalOffset, pending[this.#done + 1] as number)
      if (record === undefined) return false
      this.#index.add(record, physicalOffset)
    }
    this.#forgetDone()
    return true
  }

  /** Records that are on disk only, until the next one is in memory. */
  async #addCold(): Promise<void> {
    do {
      const physicalOffset = this.#pending[this.#done] as number
      const record = await this.#readCold(physicalOffset, this.#pending[this.#done + 1] as number)
      if (record !== undefined) this.#index.add(record, physicalOffset)
      this.#done += 2
    } while (!this.#addHot())
  }

  /** `undefined` when its file has been deleted. */
  async #readCold(physicalOffset: number, size: number): Promise<Buffer | undefined> {
    try {
      return await this.#log.read(physicalOffset, size)
    } catch (error) {
      if (physicalOffset < this.#log.minOffset) return undefined
      throw error
    }
  }

  #forgetDone(): void {
    if (this.#done === this.#pending.length) this.#pending.length = 0
    else if (this.#done > 8192) this.#pending = this.#pending.slice(this.#done)
    else return
    this.#done = 0
  }
}
