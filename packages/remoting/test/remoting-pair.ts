import { type ByteStream, ManualClock, MemoryNetwork, type MemoryNetworkOptions } from 'net-ts-protocol-kit'
import { RemotingClient, type RemotingClientOptions, RemotingServer, type RemotingServerOptions } from '../src/index'

/** What a promise came to, looked at without waiting for it. */
export interface Outcome<T> {
  readonly value: T | undefined
  readonly error: unknown
  readonly isSettled: boolean
}

export const outcomeOf = <T>(promise: Promise<T>): Outcome<T> => {
  const outcome: { value: T | undefined; error: unknown; isSettled: boolean } = { value: undefined, error: undefined, isSettled: false }
  promise.then(
    (value) => Object.assign(outcome, { value, isSettled: true }),
    (error: unknown) => Object.assign(outcome, { error, isSettled: true })
  )
  return outcome
}

/** Lines that were logged: level, message, facts. */
export class Lines {
  readonly all: Array<readonly [string, string, object | undefined]> = []
  readonly debug = (message: string, facts?: object): void => void this.all.push(['debug', message, facts])
  readonly info = (message: string, facts?: object): void => void this.all.push(['info', message, facts])
  readonly warn = (message: string, facts?: object): void => void this.all.push(['warn', message, facts])
  readonly error = (message: string, facts?: object): void => void this.all.push(['error', message, facts])
}

export interface PairOptions {
  readonly client?: Partial<RemotingClientOptions>
  readonly server?: Partial<RemotingServerOptions>
  readonly network?: Partial<MemoryNetworkOptions>
}

export const ADDRESS = '127.0.0.1:10911'

/** A client and a server on one hand-driven clock and in-memory network. `listen` is left to the test. */
export const makePair = (options: PairOptions = {}) => {
  const clock = new ManualClock({ seed: 5 })
  const network = new MemoryNetwork({ clock, seed: 5, ...options.network })
  const clientLines = new Lines()
  const serverLines = new Lines()
  const newServer = (): RemotingServer => new RemotingServer({ clock, network, port: 10911, logger: serverLines, ...options.server })
  const newClient = (): RemotingClient => new RemotingClient({ clock, network, logger: clientLines, ...options.client })
  return { clock, network, clientLines, serverLines, newServer, newClient, server: newServer(), client: newClient() }
}

/** A peer that speaks only bytes. */
export class RawPeer {
  readonly stream: ByteStream
  readonly closed: Array<Error | undefined> = []
  #received: Buffer = Buffer.alloc(0)
  hasEnded = false

  constructor(stream: ByteStream) {
    this.stream = stream
    stream.start({
      data: (chunk) => {
        this.#received = Buffer.concat([this.#received, chunk])
      },
      drain: () => {},
      end: () => {
        this.hasEnded = true
        stream.end()
      },
      close: (error) => void this.closed.push(error)
    })
  }

  get received(): Buffer {
    return this.#received
  }

  /** Whole frames received, without their lengths. */
  get frames(): readonly Buffer[] {
    const frames: Buffer[] = []
    for (let at = 0; at + 4 <= this.#received.length; ) {
      const end = at + 4 + this.#received.readInt32BE(at)
      if (end > this.#received.length) break
      frames.push(this.#received.subarray(at + 4, end))
      at = end
    }
    return frames
  }
}
