import { PAGE_ENTRIES } from './find-entry'
import { ENTRY_BYTES } from './queue-entries'
import type { QueueFiles } from './queue-files'

/** What a correction takes in memory, about. Bytes. */
const CORRECTION_BYTES = 160

/** Entries on disk that are wrong there, until the right ones have been written. */
export class QueueCorrections {
  readonly #pending: { pendingBytes: number }
  readonly #entries = new Map<number, Buffer>()
  /** What was read last: recovery asks for one entry after the other. */
  #page: { readonly from: number; readonly entries: Buffer } | undefined

  /** @param pending counts the memory of what is not on disk */
  constructor(pending: { pendingBytes: number }) {
    this.#pending = pending
  }

  get isEmpty(): boolean {
    return this.#entries.size === 0
  }

  add(queueOffset: number, entry: Buffer): void {
    if (!this.#entries.has(queueOffset)) this.#pending.pendingBytes += CORRECTION_BYTES
    this.#entries.set(queueOffset, entry)
  }

  /** The entry as it should be, read in this call. Entries in files end at `end` at the latest. */
  entryNow(files: QueueFiles, queueOffset: number, end: number): Buffer {
    const corrected = this.#entries.get(queueOffset)
    if (corrected !== undefined) return corrected
    let page = this.#page
    if (page === undefined || queueOffset < page.from || queueOffset >= page.from + page.entries.length / ENTRY_BYTES) {
      page = { from: queueOffset, entries: files.readNow(queueOffset, Math.min(end, queueOffset + PAGE_ENTRIES)) }
      this.#page = page
    }
    const at = (queueOffset - page.from) * ENTRY_BYTES
    return page.entries.subarray(at, at + ENTRY_BYTES)
  }

  /** The right entries within a range, as they are now: for what is read from files meanwhile. */
  within(from: number, to: number): readonly (readonly [number, Buffer])[] {
    return this.#entries.size === 0 ? [] : [...this.#entries].filter(([queueOffset]) => queueOffset >= from && queueOffset < to)
  }

  async write(files: QueueFiles): Promise<void> {
    this.releasePage()
    for (const run of runsOf(this.#entries)) {
      if (run.from >= files.first) await files.write(run.from, Buffer.concat(run.entries))
      if (files.isRemoved) return
      for (const [index, entry] of run.entries.entries()) this.#remove(run.from + index, entry)
    }
  }

  /** Gives back the memory of what was read. */
  releasePage(): void {
    this.#page = undefined
  }

  clear(): void {
    this.#pending.pendingBytes -= this.#entries.size * CORRECTION_BYTES
    this.#entries.clear()
    this.releasePage()
  }

  /** Unless it was corrected again while it was written. */
  #remove(queueOffset: number, written: Buffer): void {
    if (this.#entries.get(queueOffset) !== written) return
    this.#entries.delete(queueOffset)
    this.#pending.pendingBytes -= CORRECTION_BYTES
  }
}

interface Run {
  readonly from: number
  readonly entries: Buffer[]
}

/** Corrections that follow each other are written together. */
function runsOf(corrections: ReadonlyMap<number, Buffer>): Run[] {
  const runs: Run[] = []
  for (const [queueOffset, entry] of [...corrections].sort(([a], [b]) => a - b)) {
    const last = runs.at(-1)
    if (last !== undefined && last.from + last.entries.length === queueOffset) last.entries.push(entry)
    else runs.push({ from: queueOffset, entries: [entry] })
  }
  return runs
}
