import type { ByteStream, Endpoint, StreamHandlers } from 'net-ts-protocol-kit'
import { decodeFrame, encodeFrame, type Frame, isAnswer, isOneway } from './frame'
import { FrameCutter } from './frame-cutter'
import type { Passing, WireTap } from './wire-tap'

/**
 * A stream whose frames a tap sees. As long as the tap has no rules, bytes go through untouched, in the pieces they came in;
 * with rules, whole frames go on, each as its rule left it.
 */
export class TappedStream implements ByteStream {
  readonly #under: ByteStream
  readonly #tap: WireTap
  readonly #member: string
  readonly #connection: number
  readonly #canAlter: boolean
  readonly #sent = new FrameCutter()
  readonly #received = new FrameCutter()
  readonly #requests = new Map<number, Frame>()
  #handlers: StreamHandlers | undefined

  constructor(under: ByteStream, tap: WireTap, member: string, connection: number) {
    this.#under = under
    this.#tap = tap
    this.#member = member
    this.#connection = connection
    this.#canAlter = tap.hasRules
  }

  get remote(): Endpoint {
    return this.#under.remote
  }

  get local(): Endpoint {
    return this.#under.local
  }

  get pendingBytes(): number {
    return this.#under.pendingBytes
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers
    this.#under.start({
      data: (chunk) => this.#receive(chunk, handlers),
      drain: () => handlers.drain(),
      end: () => handlers.end(),
      close: (error) => handlers.close(error)
    })
  }

  write(chunk: Buffer, written?: () => void): boolean {
    return this.#send([chunk], written)
  }

  writeAll(chunks: readonly Buffer[], written?: () => void): boolean {
    return this.#send(chunks, written)
  }

  pause(): void {
    this.#under.pause()
  }

  resume(): void {
    this.#under.resume()
  }

  end(): void {
    this.#under.end()
  }

  destroy(error?: Error): void {
    this.#under.destroy(error)
  }

  #send(chunks: readonly Buffer[], written?: () => void): boolean {
    this.#tap.writes += 1
    const passed = chunks.flatMap((chunk) => this.#sent.push(chunk)).map((bytes) => this.#pass('sent', bytes))
    if (!this.#canAlter)
      return chunks.length === 1 && chunks[0] ? this.#under.write(chunks[0], written) : this.#under.writeAll(chunks, written)
    const forward = passed.flatMap((one) => one.forward)
    const back = passed.flatMap((one) => one.back)
    if (back.length > 0) setImmediate(() => this.#handlers?.data(Buffer.concat(back)))
    if (forward.length > 0) return this.#under.write(Buffer.concat(forward), written)
    if (written !== undefined) setImmediate(written)
    return true
  }

  #receive(chunk: Buffer, handlers: StreamHandlers): void {
    const passed = this.#received.push(chunk).map((bytes) => this.#pass('received', bytes))
    if (!this.#canAlter) {
      handlers.data(chunk)
      return
    }
    const forward = passed.flatMap((one) => one.forward)
    const back = passed.flatMap((one) => one.back)
    if (back.length > 0) this.#under.write(Buffer.concat(back))
    if (forward.length > 0) handlers.data(Buffer.concat(forward))
  }

  #pass(direction: Passing['direction'], bytes: Buffer): { forward: Buffer[]; back: Buffer[] } {
    const frame = decodeFrame(bytes)
    const request = this.#requestOf(direction, frame)
    const verdict = this.#tap.pass({ member: this.#member, connection: this.#connection, direction, frame, request })
    if (verdict === undefined) return { forward: [bytes], back: [] }
    return { forward: verdict.forward.map(encodeFrame), back: (verdict.back ?? []).map(encodeFrame) }
  }

  /** Remembers requests that want an answer, and finds the one that an answer belongs to. */
  #requestOf(direction: Passing['direction'], frame: Frame): Frame | undefined {
    if (direction === 'sent') {
      if (!isAnswer(frame) && !isOneway(frame)) this.#requests.set(frame.opaque, { ...frame, body: Buffer.alloc(0) })
      return undefined
    }
    if (!isAnswer(frame)) return undefined
    const request = this.#requests.get(frame.opaque)
    this.#requests.delete(frame.opaque)
    return request
  }
}
