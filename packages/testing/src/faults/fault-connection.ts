import type { Direction } from '@rocketmq-ts/remoting/wire'
import { type ByteStream, type Clock, type Endpoint, formatEndpoint, type StreamHandlers } from 'net-ts-protocol-kit'
import { connectionReset } from './fault-error'
import type { Ends } from './fault-filter'
import { FaultLine } from './fault-line'
import type { FaultRules, SlowFault } from './fault-rules'
import { FrameTraffic } from './frame-traffic'

/** What a {@link FaultConnection} needs of its network. */
export interface FaultSurroundings {
  readonly clock: Clock
  readonly rules: FaultRules
  /** The connection is over for both sides. */
  gone(connection: FaultConnection): void
}

interface KnownEnds extends Ends {
  client: string | undefined
  readonly clientAddress: string
}

/**
 * A server's end of a connection, with the faults in between. Without any it hands over what comes, as it comes, and passes on
 * what either side wants the other one to feel.
 */
export class FaultConnection implements ByteStream {
  readonly remote: Endpoint
  readonly local: Endpoint
  readonly #stream: ByteStream
  readonly #surroundings: FaultSurroundings
  readonly #ends: KnownEnds
  readonly #frames: FrameTraffic
  readonly #toServer: FaultLine
  readonly #toClient: FaultLine
  #slow: Readonly<Record<Direction, readonly SlowFault[]>> = { 'to-server': [], 'to-client': [] }
  #handlers: StreamHandlers | undefined
  #gone: 'server' | 'client' | undefined
  #isServerReading = true
  #isServerTold = false
  #isStreamClosed = false

  constructor(stream: ByteStream, server: string, client: string | undefined, surroundings: FaultSurroundings) {
    this.#stream = stream
    this.#surroundings = surroundings
    this.remote = stream.remote
    this.local = stream.local
    this.#ends = { server, serverAddress: formatEndpoint(stream.local), client, clientAddress: formatEndpoint(stream.remote) }
    const { clock, rules } = surroundings
    this.#frames = new FrameTraffic(rules, this.#ends, (direction, frame) => this.#emit(direction, frame))
    this.#toServer = new FaultLine(clock, () => this.#readOn())
    this.#toClient = new FaultLine(clock, () => this.#drained())
    this.update()
  }

  get ends(): Ends {
    return this.#ends
  }

  get pendingBytes(): number {
    return this.#toClient.excessBytes + this.#stream.pendingBytes
  }

  start(handlers: StreamHandlers): void {
    this.#handlers = handlers
    this.#stream.start({
      data: (chunk) => this.#onData(chunk),
      drain: () => this.#drained(),
      end: () => this.#onEnd(),
      close: (error) => this.#onClose(error)
    })
  }

  write(chunk: Buffer, written?: () => void): boolean {
    return this.writeAll([chunk], written)
  }

  writeAll(chunks: readonly Buffer[], written?: () => void): boolean {
    if (this.#isServerTold) return false
    const passing = this.#gone === 'client' ? NOTHING : chunks.map((chunk) => this.#frames.push('to-client', chunk))
    return this.#write(
      passing.filter((chunk) => chunk.length > 0),
      written
    )
  }

  pause(): void {
    this.#isServerReading = false
    this.#toServer.hold(true)
    this.#stream.pause()
  }

  resume(): void {
    this.#isServerReading = true
    this.#toServer.hold(false)
    this.#readOn()
  }

  end(): void {
    if (this.#isServerTold) return
    this.#emit('to-client', this.#frames.flush('to-client'))
    this.#toClient.send(0, () => this.#stream.end())
  }

  destroy(error?: Error): void {
    if (this.#isServerTold) return
    // A stream that nobody started does not say that it is closed.
    if (this.#handlers === undefined) this.#isStreamClosed = true
    this.#tellServer(error)
    if (this.#gone !== 'client') this.#toClient.send(0, () => this.#stream.destroy(error))
    this.#leaveWhenOver()
  }

  /** Somebody found out whose connection it is. */
  isOf(client: string): void {
    this.#ends.client = client
    this.update()
  }

  /** Follows the faults that hold up traffic. */
  update(): void {
    const { rules } = this.#surroundings
    this.#slow = { 'to-server': rules.slow(this.#ends, 'to-server'), 'to-client': rules.slow(this.#ends, 'to-client') }
    follow(this.#toServer, this.#slow['to-server'])
    follow(this.#toClient, this.#slow['to-client'])
  }

  /** Both sides see a reset. */
  cut(): void {
    this.#toClient.clear()
    this.#stream.destroy(connectionReset())
    this.#tellServer(connectionReset())
  }

  /** One side is gone, which sees a reset; the other one is told nothing, and what it sends is lost. */
  lose(side: 'server' | 'client'): void {
    this.#gone = side
    this.#toClient.clear()
    this.#toServer.clear()
    if (side === 'client') {
      this.#stream.destroy(connectionReset())
      return
    }
    this.#tellServer(connectionReset())
    // Nobody may feel that nobody reads.
    this.#stream.resume()
  }

  #onData(chunk: Buffer): void {
    if (this.#gone === undefined && !this.#isServerTold) this.#emit('to-server', this.#frames.push('to-server', chunk))
  }

  #onEnd(): void {
    if (this.#gone !== undefined) return
    this.#emit('to-server', this.#frames.flush('to-server'))
    this.#toServer.send(0, () => this.#report((handlers) => handlers.end()))
  }

  #onClose(error: Error | undefined): void {
    this.#isStreamClosed = true
    this.#toClient.clear()
    if (this.#gone === undefined) this.#passOnClose(error)
    this.#leaveWhenOver()
  }

  /** A reset comes from the other end, as slowly as everything else; both ends know of a close by agreement. */
  #passOnClose(error: Error | undefined): void {
    const isSlow = this.#slow['to-server'].length > 0
    if (isSlow && (error !== undefined || !this.#toServer.isEmpty)) this.#toServer.send(0, () => this.#tellServer(error))
    else this.#tellServer(error)
  }

  #emit(direction: Direction, bytes: Buffer): void {
    if (bytes.length === 0) return
    if (direction === 'to-client') {
      this.#write([bytes])
      return
    }
    this.#strikeSlow('to-server')
    this.#toServer.send(bytes.length, () => this.#report((handlers) => handlers.data(bytes)))
    if (this.#toServer.excessBytes > 0) this.#stream.pause()
  }

  /** Bytes that wait here are copies, so that the writer may change its own at once. */
  #write(chunks: readonly Buffer[], written?: () => void): boolean {
    const [only, ...more] = chunks
    if (only !== undefined) this.#strikeSlow('to-client')
    if (only !== undefined && this.#toClient.isClear) {
      return more.length === 0 ? this.#stream.write(only, written) : this.#stream.writeAll(chunks, written)
    }
    if (written !== undefined) this.#surroundings.clock.deferAfterInput(written)
    if (only === undefined) return true
    const bytes = Buffer.concat(chunks)
    this.#toClient.send(bytes.length, () => void this.#stream.write(bytes))
    return this.#toClient.excessBytes === 0
  }

  #strikeSlow(direction: Direction): void {
    for (const { fault } of this.#slow[direction]) fault.strike()
  }

  #readOn(): void {
    if (this.#isServerReading && this.#toServer.excessBytes === 0) this.#stream.resume()
  }

  #drained(): void {
    if (this.#toClient.excessBytes === 0) this.#report((handlers) => handlers.drain())
  }

  #report(call: (handlers: StreamHandlers) => void): void {
    if (this.#handlers !== undefined && !this.#isServerTold) call(this.#handlers)
  }

  #tellServer(error: Error | undefined): void {
    if (this.#isServerTold) return
    this.#isServerTold = true
    this.#toServer.clear()
    this.#surroundings.clock.deferAfterInput(() => this.#handlers?.close(error))
    this.#leaveWhenOver()
  }

  #leaveWhenOver(): void {
    if (this.#isServerTold && this.#isStreamClosed) this.#surroundings.gone(this)
  }
}

const NOTHING: readonly Buffer[] = []

function follow(line: FaultLine, slow: readonly SlowFault[]): void {
  const delayMs = slow.reduce((sum, rule) => sum + (rule.delayMs ?? 0), 0)
  line.set(
    delayMs,
    slow.some((rule) => rule.delayMs === undefined)
  )
}
