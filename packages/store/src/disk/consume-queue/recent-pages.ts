import { ENTRY_BYTES } from './queue-entries'

/** Entries read at a time for someone who reads a queue from the disk: the next ones are asked for next. */
export const PAGE_ENTRIES_AHEAD = 409
/** 4 MiB with pages of 8 KiB. */
const MAX_PAGES = 512

interface Page {
  readonly from: number
  readonly entries: Buffer
}

/** What was read from disk last, for the queues that were read last. */
export class RecentPages<Queue> {
  readonly #pages = new Map<Queue, Page>()

  /** The entries, when the queue's last page has all of them. */
  find(queue: Queue, from: number, to: number): Buffer | undefined {
    const page = this.#pages.get(queue)
    if (page === undefined || from < page.from || to > page.from + page.entries.length / ENTRY_BYTES) return undefined
    return page.entries.subarray((from - page.from) * ENTRY_BYTES, (to - page.from) * ENTRY_BYTES)
  }

  keep(queue: Queue, from: number, entries: Buffer): void {
    this.#pages.delete(queue)
    this.#pages.set(queue, { from, entries })
    const [oldest] = this.#pages.keys()
    if (this.#pages.size > MAX_PAGES && oldest !== undefined) this.#pages.delete(oldest)
  }

  /** Entries of the queue have changed. */
  drop(queue: Queue): void {
    this.#pages.delete(queue)
  }
}
