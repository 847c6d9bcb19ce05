import type { StoreFile } from '../../files/store-files'
import { MAX_WRITE_BYTES, writeFullyLater } from '../../files/write-fully'
import { entriesAt, INDEX_HEADER_BYTES, type IndexGeometry, type IndexHeader, writeHeader } from './index-layout'

const PAGE_BYTES = 4096

/**
 * Header and slots of the index file that grows, in memory as on disk; knows which pages are not on disk yet. The header is on the
 * first page, which is always written, and last: what it counts is there when it is there.
 */
export class IndexHead {
  readonly #geometry: IndexGeometry
  readonly #bytes: Buffer
  readonly #slots: DataView
  readonly #isDirty: Uint8Array
  /** Where pages are copied to be written. */
  #copy: Buffer | undefined

  /** @param bytes header and slots as they are on disk; absent: zeros. */
  constructor(geometry: IndexGeometry, bytes?: Buffer) {
    this.#geometry = geometry
    // Zeros come from the system page by page, when they are touched.
    this.#bytes = bytes ?? Buffer.from(new ArrayBuffer(entriesAt(geometry)))
    this.#slots = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + INDEX_HEADER_BYTES, geometry.slots * 4)
    this.#isDirty = new Uint8Array(Math.ceil(this.#bytes.length / PAGE_BYTES))
  }

  get bytes(): number {
    return this.#bytes.length
  }

  /** The newest entry of the slot of a hash, 0 for none or one that cannot be (read in store/…/index/IndexFile.java, `putKey`). */
  newest(keyHash: number, indexCount: number): number {
    const number = this.#slots.getInt32((keyHash % this.#geometry.slots) * 4)
    return number > 0 && number < indexCount ? number : 0
  }

  /** Makes an entry the newest of its slot. */
  put(keyHash: number, number: number): void {
    const at = (keyHash % this.#geometry.slots) * 4
    this.#slots.setInt32(at, number)
    this.#isDirty[Math.floor((INDEX_HEADER_BYTES + at) / PAGE_BYTES)] = 1
  }

  /** Marks the pages that differ from those on disk. */
  markChanged(onDisk: Buffer): void {
    for (let page = 0; page < this.#isDirty.length; page++) {
      const from = page * PAGE_BYTES
      const to = from + PAGE_BYTES
      if (!this.#bytes.subarray(from, to).equals(onDisk.subarray(from, to))) this.#isDirty[page] = 1
    }
  }

  /** The first page with that header: what `write` is to be given. It must be of the same moment as the entries that are written. */
  firstPage(header: IndexHeader): Buffer {
    writeHeader(this.#bytes, header)
    return Buffer.from(this.#bytes.subarray(0, PAGE_BYTES))
  }

  /** Writes the pages that changed, then the first one. What could not be written is written the next time. */
  async write(file: StoreFile, firstPage: Buffer): Promise<void> {
    // Ever onwards: a page that changes again behind this is for the next time, or this would not end while messages come in.
    for (let page = this.#nextDirty(1); page < this.#isDirty.length; page = this.#nextDirty(page)) page = await this.#writeRun(file, page)
    await writeFullyLater(file, firstPage, 0)
  }

  #nextDirty(from: number): number {
    const page = this.#isDirty.indexOf(1, from)
    return page < 0 ? this.#isDirty.length : page
  }

  /** The pages that changed from there on, side by side. They are copied: entries come in while they are being written. Returns where they end. */
  async #writeRun(file: StoreFile, first: number): Promise<number> {
    const most = MAX_WRITE_BYTES / PAGE_BYTES
    let end = first
    while (end < this.#isDirty.length && end - first < most && this.#isDirty[end] === 1) end++
    this.#isDirty.fill(0, first, end)
    this.#copy ??= Buffer.allocUnsafeSlow(MAX_WRITE_BYTES)
    const length = this.#bytes.copy(this.#copy, 0, first * PAGE_BYTES, end * PAGE_BYTES)
    try {
      await writeFullyLater(file, this.#copy.subarray(0, length), first * PAGE_BYTES)
      return end
    } catch (error) {
      this.#isDirty.fill(1, first, end)
      throw error
    }
  }
}
