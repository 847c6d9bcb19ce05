import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { ByteStream, Endpoint, StreamHandlers } from './network'
import type { RealStreamInput } from './real-stream-input'

const KEEP_ALIVE_AFTER_MS = 60_000

/** A TCP or TLS connection of this process. */
export class RealStream implements ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #socket: Socket
  readonly #input: RealStreamInput | undefined
  #error: Error | undefined
  #isClosed = false

  /** `input`: what the socket reads into, when it was made with one. */
  constructor(socket: Socket, input?: RealStreamInput) {
    this.#socket = socket
    this.#input = input
    this.remote = { host: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    this.local = { host: socket.localAddress ?? '', port: socket.localPort ?? 0 }
    socket.setNoDelay(true)
    socket.setKeepAlive(true, KEEP_ALIVE_AFTER_MS)
    socket.on('error', (error) => {
      this.#error ??= error
    })
    socket.once('close', () => {
      this.#isClosed = true
    })
  }

  get pendingBytes(): number {
    return this.#socket.writableLength
  }

  start(handlers: StreamHandlers): void {
    const socket = this.#socket
    if (this.#isClosed) {
      setImmediate(() => handlers.close(this.#error))
      return
    }
    socket.on('drain', () => handlers.drain())
    socket.once('end', () => handlers.end())
    socket.once('close', () => handlers.close(this.#error))
    if (this.#input === undefined) {
      socket.on('data', (chunk: Buffer) => handlers.data(chunk))
    } else {
      this.#input.start((chunk) => handlers.data(chunk))
      socket.resume()
    }
  }

  write(chunk: Buffer, written?: () => void): boolean {
    if (!this.#socket.writable) return false
    return this.#socket.write(chunk, written)
  }

  writeAll(chunks: readonly Buffer[], written?: () => void): boolean {
    const socket = this.#socket
    if (!socket.writable) return false
    socket.cork()
    chunks.forEach((chunk, index) => {
      socket.write(chunk, index === chunks.length - 1 ? written : undefined)
    })
    socket.uncork()
    return !socket.writableNeedDrain
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  end(): void {
    this.#socket.end()
  }

  destroy(error?: Error): void {
    this.#error ??= error
    if (error === undefined || this.#socket instanceof TLSSocket) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }
}
