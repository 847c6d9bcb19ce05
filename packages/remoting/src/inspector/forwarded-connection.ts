import type { ByteStream, Clock } from 'net-ts-protocol-kit'
import type { BrokerDoors } from './broker-doors'
import type { OpenRequest } from './exchanges'
import { Inspection, type InspectionOptions, type Instant, type Way } from './inspection'
import { routeAnswer } from './route-addresses'
import type { WireEvent } from './wire-event'

export interface ForwardedConnectionOptions {
  readonly client: ByteStream
  readonly server: ByteStream
  readonly clock: Clock
  /** Where brokers are to be reached instead; `undefined`: answers go by as they are. */
  readonly doors: BrokerDoors | undefined
  readonly inspection: InspectionOptions
  emit(event: WireEvent): void
  /** Called once, when both ends are gone. */
  onClose(reason: string | undefined): void
}

/**
 * Two streams, each passed on to the other as it comes, and no faster than the other takes it. With doors to brokers, what the server sends is
 * passed on frame by frame, so that answers which name brokers can name our doors; once it turns out to be no frames it goes by untouched.
 */
export class ForwardedConnection {
  readonly #options: ForwardedConnectionOptions
  readonly #inspection: Inspection
  /** Of the server's bytes: not passed on yet, because their frame is not whole. */
  #unsent: Buffer[] = []
  /** What must leave in order, from the first that is not ready yet. */
  readonly #line: Array<Buffer | Promise<Buffer>> = []
  #isFramed: boolean
  #isOneGone = false
  #reason: string | undefined

  constructor(options: ForwardedConnectionOptions) {
    this.#options = options
    this.#isFramed = options.doors !== undefined
    this.#inspection = new Inspection(
      {
        ...options.inspection,
        onFrame: (bytes, way, answered) => this.#passFrame(bytes, way, answered),
        onProblem: (way) => {
          if (way === 'to-client') this.#passAllOn()
        }
      },
      options.emit
    )
  }

  start(): void {
    const { client, server } = this.#options
    client.start({
      data: (chunk) => {
        if (!server.write(chunk)) client.pause()
        this.#inspection.push('to-server', chunk, this.#now())
      },
      drain: () => this.#resumeServer(),
      end: () => {
        this.#inspection.end('to-server', this.#now())
        server.end()
      },
      close: (error) => this.#closed(server, error)
    })
    server.start({
      data: (chunk) => this.#fromServer(chunk),
      drain: () => client.resume(),
      // A stream that is not read does not end either: nothing waits in line now.
      end: () => {
        this.#inspection.end('to-client', this.#now())
        client.end()
      },
      close: (error) => this.#closed(client, error)
    })
  }

  /** Ends both sides at once. */
  destroy(): void {
    this.#reason ??= 'the inspector ends'
    this.#options.client.destroy()
    this.#options.server.destroy()
  }

  #fromServer(chunk: Buffer): void {
    if (this.#isFramed) this.#unsent.push(chunk)
    else this.#send(chunk)
    this.#inspection.push('to-client', chunk, this.#now())
  }

  /** Whole frames have been passed on before what is no frame, and what follows is passed on as it comes. */
  #passAllOn(): void {
    this.#isFramed = false
    for (const chunk of this.#unsent.splice(0)) this.#send(chunk)
  }

  /** Every byte of the frames lies in front of what has not been sent yet. */
  #passFrame(frame: Buffer, way: Way, answered: OpenRequest | undefined): void {
    if (way !== 'to-client' || !this.#isFramed) return
    const original = this.#takeUnsent(frame.length)
    const answer = routeAnswer(frame, answered?.row)
    const addresses = answer && this.#options.doors?.leadingTo(answer.addresses, hostReached(this.#options.client))
    if (answer === undefined || addresses === undefined) for (const part of original) this.#send(part)
    else this.#send(addresses instanceof Promise ? addresses.then((ready) => answer.rewrite(ready)) : answer.rewrite(addresses))
  }

  #send(bytes: Buffer | Promise<Buffer>): void {
    if (bytes instanceof Promise || this.#line.length > 0) {
      this.#line.push(bytes)
      if (this.#line.length === 1) void this.#sendLine()
    } else this.#write(bytes)
  }

  /** The server is not read on while something is awaited, so the line is as long as the chunks that were there. */
  async #sendLine(): Promise<void> {
    this.#options.server.pause()
    for (let next = this.#line[0]; next !== undefined; next = this.#line[0]) {
      this.#write(await next)
      this.#line.shift()
    }
    this.#resumeServer()
  }

  #write(bytes: Buffer): void {
    if (!this.#options.client.write(bytes)) this.#options.server.pause()
  }

  /** Also when the client drains, which may be while a door is being opened. */
  #resumeServer(): void {
    if (this.#line.length === 0) this.#options.server.resume()
  }

  #takeUnsent(bytes: number): readonly Buffer[] {
    const taken: Buffer[] = []
    let left = bytes
    let index = 0
    for (let chunk = this.#unsent[0]; chunk !== undefined && left > 0; chunk = this.#unsent[index]) {
      if (chunk.length > left) {
        taken.push(chunk.subarray(0, left))
        this.#unsent[index] = chunk.subarray(left)
        break
      }
      taken.push(chunk)
      left -= chunk.length
      index++
    }
    this.#unsent.splice(0, index)
    return taken
  }

  /** One side is gone: the other goes too, as hard as it did. */
  #closed(other: ByteStream, error: Error | undefined): void {
    this.#reason ??= error?.message
    if (error !== undefined) other.destroy(error)
    else other.end()
    if (!this.#isOneGone) {
      this.#isOneGone = true
      return
    }
    this.#inspection.finish(this.#now())
    this.#options.onClose(this.#reason)
  }

  #now(): Instant {
    const { clock } = this.#options
    return { time: clock.now(), monotonicMs: clock.monotonic() }
  }
}

/** Where the client has reached us; an IPv4 address in IPv6 clothes is written as what it is. */
function hostReached(client: ByteStream): string {
  return client.local.host.replace(/^::ffff:(?=\d+\.)/, '')
}
