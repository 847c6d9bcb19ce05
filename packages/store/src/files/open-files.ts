import type { StoreFile, StoreFiles } from './store-files'

/** A file that is open, and how many reads of it are under way. */
interface OpenFile {
  readonly file: StoreFile
  pins: number
  /** No longer among those that are kept: closed when its last read ends. */
  isForgotten: boolean
}

/**
 * Files open for reading, at most so many: the one that was read longest ago makes room. One that is being read stays open until that
 * read ends, so there may be more of them for that long. Every failure is a `FileError`; the path may be asked for again.
 */
export class OpenFiles {
  readonly #files: StoreFiles
  readonly #maxOpen: number
  /** The one that was used longest ago first. */
  readonly #open = new Map<string, OpenFile>()

  /** `maxOpen`: files, at least 1. */
  constructor(files: StoreFiles, maxOpen: number) {
    this.#files = files
    this.#maxOpen = Math.max(1, maxOpen)
  }

  /** Files that are kept open now. */
  get count(): number {
    return this.#open.size
  }

  /** Reads up to `target.length` bytes; fewer only at the end of the file. Returns how many. */
  async read(path: string, target: Uint8Array, position: number): Promise<number> {
    const open = this.#obtain(path)
    open.pins++
    try {
      return await open.file.read(target, position)
    } finally {
      open.pins--
      if (open.isForgotten && open.pins === 0) open.file.close()
    }
  }

  /** As `read`, in this call. */
  readNow(path: string, target: Uint8Array, position: number): number {
    return this.#obtain(path).file.readNow(target, position)
  }

  /** The file is going to be removed, or another put in its place. */
  forget(path: string): void {
    const open = this.#open.get(path)
    if (open === undefined) return
    this.#open.delete(path)
    open.isForgotten = true
    if (open.pins === 0) open.file.close()
  }

  /** Closes all, those that are being read when that ends. They are opened again when they are asked for. */
  closeAll(): void {
    for (const path of [...this.#open.keys()]) this.forget(path)
  }

  #obtain(path: string): OpenFile {
    const known = this.#open.get(path)
    this.#open.delete(path)
    const open = known ?? { file: this.#files.open(path, 'read'), pins: 0, isForgotten: false }
    this.#open.set(path, open)
    if (this.#open.size > this.#maxOpen) this.#makeRoom(open)
    return open
  }

  /** Forgets the oldest that nobody reads; when all are being read, the oldest of them. */
  #makeRoom(newest: OpenFile): void {
    const others = [...this.#open].filter(([, open]) => open !== newest)
    const [path] = others.find(([, open]) => open.pins === 0) ?? others[0] ?? []
    if (path !== undefined) this.forget(path)
  }
}
