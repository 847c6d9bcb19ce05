import type { OnReadOpts } from 'node:net'

const FIRST_ARENA_BYTES = 64 * 1024
const MAX_ARENA_BYTES = 128 * 1024
/** With less room than this a new arena is begun. */
const MIN_READ_BYTES = 16 * 1024

/**
 * Where a connection that this process opened is read to. Each read goes right behind the one before it: a frame that comes in two
 * reads lies in one piece, and memory is taken by the arena, not by the read. What was handed out is never written again.
 */
export class RealStreamInput {
  #arena = Buffer.allocUnsafeSlow(FIRST_ARENA_BYTES)
  #used = 0
  #receive: (chunk: Buffer) => void = () => {}

  /** For the socket. It must be paused until {@link start}. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#room(),
    callback: (bytes) => this.#take(bytes)
  }

  start(receive: (chunk: Buffer) => void): void {
    this.#receive = receive
  }

  #room(): Buffer {
    if (this.#arena.length - this.#used < MIN_READ_BYTES) {
      this.#arena = Buffer.allocUnsafeSlow(Math.min(MAX_ARENA_BYTES, this.#arena.length * 2))
      this.#used = 0
    }
    return this.#used === 0 ? this.#arena : this.#arena.subarray(this.#used)
  }

  #take(bytes: number): boolean {
    const start = this.#used
    this.#used += bytes
    this.#receive(this.#arena.subarray(start, this.#used))
    return true
  }
}
