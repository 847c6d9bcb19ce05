interface Arena {
  readonly bytes: Buffer
  /** Writes under way that point into it. */
  writes: number
}

const FIRST_ARENA_BYTES = 16 * 1024
const MAX_ARENA_BYTES = 1024 * 1024

/**
 * Where a connection's frames are encoded before they leave together. Memory comes in arenas that double from 16 KiB to 1 MiB; one
 * is used again only when every write that points into it has been handed over, and is otherwise left to the garbage collector.
 */
export class OutgoingBytes {
  #arena: Arena | undefined
  #nextArenaBytes = FIRST_ARENA_BYTES
  /** What lies before `#length` and after `#taken` waits to be written. */
  #taken = 0
  #length = 0
  #ready: Buffer[] = []
  #pendingBytes = 0
  #wasUsed = false

  /** Bytes that wait to be taken. */
  get pendingBytes(): number {
    return this.#pendingBytes
  }

  /** The buffer to encode into after {@link reserve}. */
  get target(): Buffer {
    return this.#arena?.bytes ?? EMPTY
  }

  /** Makes room for `size` bytes and returns where in {@link target}. Without a commit nothing has happened. */
  reserve(size: number): number {
    if (this.#arena === undefined || this.#arena.bytes.length - this.#length < size) this.#newArena(size)
    return this.#length
  }

  /** Keeps what was encoded from the reserved offset up to `end`. */
  commit(end: number): void {
    this.#pendingBytes += end - this.#length
    this.#length = end
    this.#wasUsed = true
  }

  /** Adds bytes by reference. They must not change until they were written. */
  append(bytes: Buffer): void {
    this.#seal()
    this.#ready.push(bytes)
    this.#pendingBytes += bytes.length
  }

  /** What waits, in order; it is the caller's to write. */
  take(): readonly Buffer[] {
    this.#seal()
    const ready = this.#ready
    this.#ready = []
    this.#pendingBytes = 0
    return ready
  }

  /** To be called with the write of what was taken; call the result when that write was handed over. */
  writing(): () => void {
    const arena = this.#arena
    if (arena === undefined) return nothing
    arena.writes++
    return () => this.#written(arena)
  }

  /** Gives memory back that was not used since the last call. */
  releaseUnused(): void {
    if (!this.#wasUsed && this.#pendingBytes === 0 && this.#arena?.writes === 0) this.clear()
    this.#wasUsed = false
  }

  /** Forgets everything that waits. */
  clear(): void {
    this.#arena = undefined
    this.#nextArenaBytes = FIRST_ARENA_BYTES
    this.#taken = 0
    this.#length = 0
    this.#ready = []
    this.#pendingBytes = 0
  }

  #newArena(size: number): void {
    this.#seal()
    this.#arena = { bytes: Buffer.allocUnsafeSlow(Math.max(size, this.#nextArenaBytes)), writes: 0 }
    this.#nextArenaBytes = Math.min(MAX_ARENA_BYTES, this.#nextArenaBytes * 2)
    this.#taken = 0
    this.#length = 0
  }

  #seal(): void {
    if (this.#arena === undefined || this.#taken === this.#length) return
    this.#ready.push(this.#arena.bytes.subarray(this.#taken, this.#length))
    this.#taken = this.#length
  }

  #written(arena: Arena): void {
    arena.writes--
    const isIdle = arena === this.#arena && arena.writes === 0 && this.#taken === this.#length && this.#ready.length === 0
    if (!isIdle) return
    this.#taken = 0
    this.#length = 0
  }
}

const EMPTY = Buffer.alloc(0)
const nothing = (): void => {}
