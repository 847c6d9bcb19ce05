import { FileError } from '../../files/file-error'
import { OpenFiles } from '../../files/open-files'
import type { StoreFiles } from '../../files/store-files'
import type { MaybePromise } from '../../message-store'
import type { LogFile } from './log-files'

const MAX_BLOCK_BYTES = 256 * 1024
const MIN_BLOCK_BYTES = 4096
/** What spans more blocks than this is read on its own and not kept. */
const MAX_SPAN = 4
/** Blocks on their way before who reads on comes to them, at most. */
const MAX_AHEAD = 2
/** Reads that came alone are remembered, so many for each block that there is memory for. */
const LONE_READS_PER_BLOCK = 2
/** Files of the log that are kept open. */
const MAX_OPEN_FILES = 16

/** What is read from a file of the log: all of it, up to where there is something. */
export interface ColdRange {
  readonly file: LogFile
  readonly physicalOffset: number
  readonly size: number
  /** Where what may be read ends: what is behind it may still change. */
  readonly limit: number
}

interface Block {
  /** Physical offset of its first byte. */
  readonly from: number
  readonly bytes: Buffer
  /** Whether nobody has asked for it yet. */
  isAhead: boolean
  /** Whether it has been asked for twice. */
  isShared: boolean
}

interface Loading {
  readonly size: number
  readonly block: Promise<Block>
}

/**
 * Blocks of the log that were read from disk, those used last. Their memory is never used again for something else: views stay valid for
 * as long as they are held. Who reads on finds the next block read already.
 *
 * Of a queue among a thousand there is one record in each block. When blocks go that were asked for once, a read gets its own bytes and no
 * more, unless it is the second to come to a block, or comes from one that others came to.
 */
export class BlockCache {
  readonly #open: OpenFiles
  readonly #maxBytes: number
  readonly #blockBytes: number
  readonly #ahead: number
  /** By first offset, the one used last at the end. */
  readonly #blocks = new Map<number, Block>()
  readonly #loading = new Map<number, Loading>()
  /** Blocks to which one read came alone, the newest last. */
  readonly #lone = new Set<number>()
  /** How many more blocks have gone lately that were asked for once than others; at most as many as there is memory for. */
  #wasted = 0
  #newest: Block | undefined
  #bytes = 0
  #isClosed = false

  constructor(disk: StoreFiles, maxBytes: number) {
    this.#open = new OpenFiles(disk, MAX_OPEN_FILES)
    this.#maxBytes = maxBytes
    this.#blockBytes = Math.min(MAX_BLOCK_BYTES, Math.max(MIN_BLOCK_BYTES, Math.floor(maxBytes / MAX_SPAN)))
    this.#ahead = Math.max(1, Math.min(MAX_AHEAD, Math.floor(maxBytes / this.#blockBytes / 4)))
  }

  /** Bytes kept. */
  get bytes(): number {
    return this.#bytes
  }

  /** At once when the block is here. Rejects with a `FileError`. */
  read(range: ColdRange): MaybePromise<Buffer> {
    const { physicalOffset, size } = range
    const from = this.#blockOf(range.file, physicalOffset)
    if (physicalOffset + size > from + this.#blockBytes) return this.#readSpan(range, from)
    if (this.#isLone(from)) return this.#readAlone(range)
    const block = this.#block(range, from)
    return block instanceof Promise ? block.then((loaded) => cutOf(loaded, physicalOffset, size)) : cutOf(block, physicalOffset, size)
  }

  /** Forgets what was read from a file that is going to be removed. */
  forget(file: LogFile): void {
    for (const block of [...this.#blocks.values()]) if (block.from >= file.start && block.from < file.end) this.#drop(block)
    this.#open.forget(file.path)
  }

  close(): void {
    this.#isClosed = true
    for (const block of [...this.#blocks.values()]) this.#drop(block)
    this.#open.closeAll()
  }

  /** Whether nothing says that more of the block will be asked for. */
  #isLone(from: number): boolean {
    const places = Math.ceil(this.#maxBytes / this.#blockBytes)
    if (this.#wasted < places / 2 || this.#blocks.has(from) || this.#loading.has(from)) return false
    if (this.#blocks.get(from - this.#blockBytes)?.isShared === true || this.#lone.delete(from)) return false
    this.#lone.add(from)
    const [oldest] = this.#lone
    if (this.#lone.size > LONE_READS_PER_BLOCK * places && oldest !== undefined) this.#lone.delete(oldest)
    return true
  }

  async #readAlone({ file, physicalOffset, size }: ColdRange): Promise<Buffer> {
    const bytes = Buffer.allocUnsafeSlow(size)
    await this.#readFully(file, bytes, physicalOffset)
    return bytes
  }

  async #readSpan(range: ColdRange, first: number): Promise<Buffer> {
    const { physicalOffset, size } = range
    const end = physicalOffset + size
    if (end - first > MAX_SPAN * this.#blockBytes) return this.#readAlone(range)
    const bytes = Buffer.allocUnsafeSlow(size)
    for (let from = first; from < end; from += this.#blockBytes) {
      const block = await this.#block({ ...range, size: Math.min(end, from + this.#blockBytes) - physicalOffset }, from)
      const begin = Math.max(physicalOffset, from)
      block.bytes.copy(bytes, begin - physicalOffset, begin - from, Math.min(end - from, this.#blockBytes))
    }
    return bytes
  }

  /** The block that begins at `from`, with all that is asked of it. */
  #block(range: ColdRange, from: number): MaybePromise<Block> {
    const needed = range.physicalOffset + range.size - from
    const block = this.#blocks.get(from)
    if (block === undefined || block.bytes.length < needed) return this.#load(range, from, needed)
    if (block !== this.#newest) this.#touch(block)
    if (block.isAhead) this.#asked(range, block)
    else block.isShared = true
    return block
  }

  async #load(range: ColdRange, from: number, needed: number): Promise<Block> {
    const { block: loading } = this.#begin(range, from, needed)
    // Begun before this one has come: both are on their way at once.
    if (this.#blocks.has(from - this.#blockBytes)) this.#readAhead(range, from)
    const block = await loading
    block.isAhead = false
    return block
  }

  #asked(range: ColdRange, block: Block): void {
    block.isAhead = false
    this.#readAhead(range, block.from)
  }

  #readAhead(range: ColdRange, from: number): void {
    const last = Math.min(from + this.#ahead * this.#blockBytes, range.limit - 1, range.file.end - 1)
    for (let next = from + this.#blockBytes; next <= last && !this.#isClosed; next += this.#blockBytes) {
      if (this.#blocks.has(next) || this.#loading.has(next)) continue
      // Whoever needs it asks for it again, and hears of the failure.
      this.#begin(range, next, 1).block.catch(() => {})
    }
  }

  #begin(range: ColdRange, from: number, needed: number): Loading {
    const running = this.#loading.get(from)
    if (running !== undefined && running.size >= needed) return running
    const size = Math.min(from + this.#blockBytes, range.file.end, range.limit) - from
    const loading = { size, block: this.#fetch(range.file, from, size) }
    this.#loading.set(from, loading)
    const settled = (): void => {
      if (this.#loading.get(from) === loading) this.#loading.delete(from)
    }
    loading.block.then(settled, settled)
    return loading
  }

  async #fetch(file: LogFile, from: number, size: number): Promise<Block> {
    const block = { from, bytes: Buffer.allocUnsafeSlow(size), isAhead: true, isShared: false }
    await this.#readFully(file, block.bytes, from)
    this.#keep(block)
    return block
  }

  /** Less than all of it is a failure. */
  async #readFully(file: LogFile, target: Buffer, physicalOffset: number): Promise<void> {
    for (let done = 0; done < target.length; ) {
      const read = await this.#open.read(file.path, done === 0 ? target : target.subarray(done), physicalOffset - file.start + done)
      if (read <= 0) throw new FileError('read', file.path, 'EIO')
      done += read
    }
  }

  #keep(block: Block): void {
    if (this.#isClosed) return
    const before = this.#blocks.get(block.from)
    if (before !== undefined && before.bytes.length >= block.bytes.length) return
    if (before !== undefined) this.#drop(before)
    this.#blocks.set(block.from, block)
    this.#bytes += block.bytes.length
    this.#newest = block
    for (const oldest of this.#blocks.values()) {
      if (this.#bytes <= this.#maxBytes || oldest === block) return
      this.#countWaste(oldest)
      this.#drop(oldest)
    }
  }

  #countWaste({ isShared }: Block): void {
    const most = Math.ceil(this.#maxBytes / this.#blockBytes)
    this.#wasted = Math.max(0, Math.min(most, this.#wasted + (isShared ? -1 : 1)))
  }

  #touch(block: Block): void {
    this.#blocks.delete(block.from)
    this.#blocks.set(block.from, block)
    this.#newest = block
  }

  #drop(block: Block): void {
    this.#blocks.delete(block.from)
    this.#bytes -= block.bytes.length
    if (this.#newest === block) this.#newest = undefined
  }

  #blockOf(file: LogFile, physicalOffset: number): number {
    return physicalOffset - ((physicalOffset - file.start) % this.#blockBytes)
  }
}

function cutOf(block: Block, physicalOffset: number, size: number): Buffer {
  const at = physicalOffset - block.from
  return block.bytes.subarray(at, at + size)
}
