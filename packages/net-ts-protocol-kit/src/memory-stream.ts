import type { MemoryConditions } from './memory-conditions'
import { MemoryPipe } from './memory-pipe'
import type { ByteStream, Endpoint, StreamHandlers } from './network'

/** What a peer sees that writes to a connection which is gone. */
export const connectionReset = (): Error => Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })

/** One end of an in-memory connection. */
export class MemoryStream implements ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #conditions: MemoryConditions
  readonly #onClose: () => void
  readonly #out: MemoryPipe
  #peer: MemoryStream | undefined
  #handlers: StreamHandlers | undefined
  #closing: { readonly error: Error | undefined } | undefined
  #isSilent = false
  #isPeerDone = false
  #isOutDone = false

  private constructor(conditions: MemoryConditions, local: Endpoint, remote: Endpoint, onClose: () => void) {
    this.#conditions = conditions
    this.local = local
    this.remote = remote
    this.#onClose = onClose
    this.#out = new MemoryPipe(conditions, {
      data: (chunk) => this.#peer?.onData(chunk),
      end: () => this.#peer?.onEnd(),
      drain: () => this.#report((handlers) => handlers.drain()),
      finished: () => this.#onFinished()
    })
  }

  /** Both ends of a connection. `onClose` is called once for each. */
  static pair(
    conditions: MemoryConditions,
    client: Endpoint,
    server: Endpoint,
    onClose: () => void
  ): readonly [MemoryStream, MemoryStream] {
    const near = new MemoryStream(conditions, client, server, onClose)
    const far = new MemoryStream(conditions, server, client, onClose)
    near.#peer = far
    far.#peer = near
    return [near, far]
  }

  get isOpen(): boolean {
    return this.#closing === undefined
  }

  get pendingBytes(): number {
    return this.#out.pendingBytes
  }

  /** Whether this end is gone in a way that its peer finds out when it writes. */
  get answersReset(): boolean {
    return this.#closing !== undefined && !this.#isSilent
  }

  /** The direction away from this end, for faults. */
  get outgoing(): MemoryPipe {
    return this.#out
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers
    if (this.#closing === undefined) this.#incoming?.setReading(true)
    else this.#reportClose()
  }

  write(chunk: Buffer, written?: () => void): boolean {
    return this.writeAll([chunk], written)
  }

  writeAll(chunks: readonly Buffer[], written?: () => void): boolean {
    if (this.#closing !== undefined) return false
    const mayGoOn = this.#out.write(chunks, written)
    if (this.#peer?.answersReset === true) this.#conditions.afterLatency(() => this.reset(connectionReset()))
    return mayGoOn
  }

  pause(): void {
    this.#incoming?.setReading(false)
  }

  resume(): void {
    if (this.#handlers !== undefined) this.#incoming?.setReading(true)
  }

  end(): void {
    if (this.#closing === undefined) this.#out.end()
  }

  destroy(error?: Error): void {
    if (this.#closing !== undefined) return
    const hasUnread = this.#incoming?.hasUnread === true
    this.#close(error)
    if (error === undefined) this.#out.abandon()
    else this.#out.close()
    // As in TCP: what nobody will read any more is answered by a reset.
    if (hasUnread || error !== undefined) this.#conditions.afterLatency(() => this.#peer?.reset(connectionReset()))
  }

  /** Ends this side at once and loses what is under way to the peer, without telling it. */
  reset(error: Error): void {
    if (this.#closing !== undefined) return
    this.#close(error)
    this.#out.close()
  }

  /** This side is gone and its machine with it: the peer learns nothing, whatever it writes. */
  vanish(error: Error): void {
    if (this.#closing !== undefined) return
    this.#isSilent = true
    this.#incoming?.setStalled(true)
    this.#close(error)
    this.#out.close()
  }

  /** For the peer's pipe. */
  onData(chunk: Buffer): void {
    this.#report((handlers) => handlers.data(chunk))
  }

  /** For the peer's pipe. */
  onEnd(): void {
    this.#isPeerDone = true
    this.#report((handlers) => handlers.end())
    this.#closeWhenDone()
  }

  get #incoming(): MemoryPipe | undefined {
    return this.#peer?.outgoing
  }

  #onFinished(): void {
    this.#isOutDone = true
    this.#closeWhenDone()
  }

  #closeWhenDone(): void {
    if (this.#isPeerDone && this.#isOutDone && this.#closing === undefined) this.#close(undefined)
  }

  #close(error: Error | undefined): void {
    this.#closing = { error }
    if (!this.#isSilent) this.#incoming?.close()
    this.#onClose()
    if (this.#handlers !== undefined) this.#reportClose()
  }

  #reportClose(): void {
    this.#conditions.clock.deferAfterInput(() => this.#handlers?.close(this.#closing?.error))
  }

  #report(call: (handlers: StreamHandlers) => void): void {
    if (this.#handlers !== undefined && this.#closing === undefined) call(this.#handlers)
  }
}
