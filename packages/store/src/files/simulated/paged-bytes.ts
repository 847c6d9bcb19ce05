/** Space is taken in pages of so many bytes. */
export const PAGE_BYTES = 4096

/**
 * A file's content that takes memory only where something was written. A shared copy costs nothing: each side copies a page when it
 * first writes to it.
 */
export class PagedBytes {
  #size = 0
  #pages = new Map<number, Uint8Array>()
  #ownsPages = true
  /** Pages that no other copy sees. */
  #own = new Set<number>()

  get size(): number {
    return this.#size
  }

  get allocatedBytes(): number {
    return this.#pages.size * PAGE_BYTES
  }

  isAllocated(page: number): boolean {
    return this.#pages.has(page)
  }

  share(): PagedBytes {
    const copy = new PagedBytes()
    copy.#size = this.#size
    copy.#pages = this.#pages
    copy.#ownsPages = false
    this.#ownsPages = false
    this.#own = new Set()
    return copy
  }

  read(target: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(target.length, this.#size - position))
    for (const { page, offset, start, end } of pieces(position, length)) {
      const bytes = this.#pages.get(page)
      if (bytes === undefined) target.fill(0, start, end)
      else target.set(bytes.subarray(offset, offset + end - start), start)
    }
    return length
  }

  write(source: Uint8Array, position: number): void {
    for (const { page, offset, start, end } of pieces(position, source.length)) {
      const piece = source.subarray(start, end)
      if (piece.length === PAGE_BYTES && isZero(piece)) this.#put(page, ZERO_PAGE)
      else this.#writable(page).set(piece, offset)
    }
    this.#size = Math.max(this.#size, position + source.length)
  }

  truncate(size: number): void {
    if (size < this.#size) this.#cut(size)
    this.#size = size
  }

  #cut(size: number): void {
    const kept = Math.ceil(size / PAGE_BYTES)
    this.#detach()
    for (const page of [...this.#pages.keys()]) {
      if (page >= kept) this.#pages.delete(page)
      if (page >= kept) this.#own.delete(page)
    }
    const inPage = size % PAGE_BYTES
    if (inPage > 0 && this.#pages.has(kept - 1)) this.#writable(kept - 1).fill(0, inPage)
  }

  #writable(page: number): Uint8Array {
    const old = this.#pages.get(page)
    if (old !== undefined && this.#ownsPages && this.#own.has(page)) return old
    const fresh = old === undefined ? new Uint8Array(PAGE_BYTES) : Uint8Array.from(old)
    this.#put(page, fresh)
    this.#own.add(page)
    return fresh
  }

  #put(page: number, bytes: Uint8Array): void {
    this.#detach()
    this.#pages.set(page, bytes)
    this.#own.delete(page)
  }

  #detach(): void {
    if (this.#ownsPages) return
    this.#pages = new Map(this.#pages)
    this.#ownsPages = true
    this.#own = new Set()
  }
}

/** Long runs of written zeros take space on the disk, but no memory here. */
const ZEROS = new Uint8Array(128 * 1024)
const ZERO_PAGE = ZEROS.subarray(0, PAGE_BYTES)

const isZero = (bytes: Uint8Array): boolean => bytes.length <= ZEROS.length && Buffer.compare(bytes, ZEROS.subarray(0, bytes.length)) === 0

/** A copy to keep; of zeros, as many of those that are there anyway. */
export const copyOf = (bytes: Uint8Array): Uint8Array => (isZero(bytes) ? ZEROS.subarray(0, bytes.length) : Uint8Array.from(bytes))

/** Where a range lies: part of a page, and the part of the caller's bytes from `start` to `end`. */
function* pieces(position: number, length: number) {
  for (let start = 0; start < length; ) {
    const page = Math.floor((position + start) / PAGE_BYTES)
    const offset = (position + start) % PAGE_BYTES
    const end = Math.min(length, start + PAGE_BYTES - offset)
    yield { page, offset, start, end }
    start = end
  }
}
