import { type ByteStream, type Network, parseEndpoint } from 'net-ts-protocol-kit'
import { jsonFrame, type RawAnswer, type RawRequest, readAnswer } from './raw-frames'

/** A peer that speaks only bytes, over a real socket or in memory. */
export class RawPeer {
  readonly #stream: ByteStream
  readonly #closed: Promise<Error | undefined>
  readonly #waiting: Array<(answer: RawAnswer | 'closed') => void> = []
  readonly #answers: RawAnswer[] = []
  #received: Buffer = Buffer.alloc(0)
  #opaque = 0
  #isClosed = false
  #bytesReceived = 0

  static async connect(network: Network, address: string): Promise<RawPeer> {
    const endpoint = parseEndpoint(address)
    if (endpoint === undefined) throw new Error(`${address} is not host:port`)
    return new RawPeer(await network.connect(endpoint))
  }

  /** Takes over a stream of either side. */
  constructor(stream: ByteStream) {
    this.#stream = stream
    this.#closed = new Promise((resolve) => {
      stream.start({
        data: (chunk) => this.#take(chunk),
        drain: () => {},
        end: () => stream.end(),
        close: (error) => {
          this.#isClosed = true
          for (const waiting of this.#waiting.splice(0)) waiting('closed')
          resolve(error)
        }
      })
    })
  }

  /** Resolves when the connection is gone, whoever ended it and however. */
  get closed(): Promise<Error | undefined> {
    return this.#closed
  }

  get isClosed(): boolean {
    return this.#isClosed
  }

  get bytesReceived(): number {
    return this.#bytesReceived
  }

  /** Bytes that the other side has not taken. */
  get pendingBytes(): number {
    return this.#stream.pendingBytes
  }

  /** Answers that nobody has asked for yet. */
  get answers(): readonly RawAnswer[] {
    return this.#answers
  }

  write(bytes: Buffer): void {
    this.#stream.write(bytes)
  }

  /** Sends a request, and resolves with the next frame that comes back, or `closed`. */
  ask(request: RawRequest): Promise<RawAnswer | 'closed'> {
    this.write(jsonFrame({ opaque: ++this.#opaque, ...request }))
    return this.next()
  }

  /** The next frame, or `closed` when there will be none. */
  next(): Promise<RawAnswer | 'closed'> {
    const answer = this.#answers.shift()
    if (answer !== undefined) return Promise.resolve(answer)
    if (this.#isClosed) return Promise.resolve('closed')
    return new Promise((resolve) => void this.#waiting.push(resolve))
  }

  /** Reads nothing until {@link resume}. */
  pause(): void {
    this.#stream.pause()
  }

  resume(): void {
    this.#stream.resume()
  }

  close(): void {
    this.#stream.destroy()
  }

  #take(chunk: Buffer): void {
    this.#bytesReceived += chunk.length
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk])
    while (this.#received.length >= 4 && this.#received.length >= 4 + this.#received.readInt32BE(0)) {
      const end = 4 + this.#received.readInt32BE(0)
      this.#hand(readAnswer(this.#received.subarray(4, end)))
      this.#received = this.#received.subarray(end)
    }
  }

  #hand(answer: RawAnswer): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) this.#answers.push(answer)
    else waiting(answer)
  }
}
