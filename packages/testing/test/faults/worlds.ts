import {
  type ByteStream,
  type Clock,
  type Endpoint,
  ManualClock,
  MemoryNetwork,
  type Network,
  realClock,
  realNetwork
} from 'net-ts-protocol-kit'
import { FaultNetwork, type FaultNetworkOptions } from '../../src/faults/index'
import { Recorder } from './recorder'

/** A network and the clock it moves on. */
export interface Ground {
  readonly network: Network
  readonly clock: Clock
}

/** Both kinds of network, for `describe.each`. */
export const grounds: ReadonlyArray<readonly [string, () => Ground]> = [
  ['the in-memory network', () => memoryGround()],
  ['real sockets', () => ({ network: realNetwork, clock: realClock })]
]

export function memoryGround(
  chunks: 'random' | 'whole' | { readonly maxBytes: number } = 'random'
): Ground & { readonly clock: ManualClock } {
  const clock = new ManualClock({ seed: 5 })
  return { clock, network: new MemoryNetwork({ clock, seed: 5, chunks, windowBytes: 64 * 1024, highWaterMark: 16 * 1024 }) }
}

/** A listening server called `broker-a` behind a fault network, and connections to it. */
export class StreamWorld {
  readonly faultNetwork: FaultNetwork
  readonly endpoint: Endpoint
  readonly #ground: Ground
  readonly #accepted: ByteStream[] = []
  readonly #open: ByteStream[] = []
  readonly #close: () => Promise<void>
  #onAccept: () => void = () => {}

  static async start(ground: Ground, options: Omit<FaultNetworkOptions, 'clock'> = {}): Promise<StreamWorld> {
    const faultNetwork = new FaultNetwork({ clock: ground.clock, ...options })
    const accepted = { accept: (_stream: ByteStream): void => {} }
    const listening = await faultNetwork
      .as('broker-a', ground.network)
      .listen({ host: '127.0.0.1', port: 0 }, (stream) => accepted.accept(stream))
    const world = new StreamWorld(ground, faultNetwork, listening.endpoint, () => listening.close())
    accepted.accept = (stream) => world.#accept(stream)
    return world
  }

  private constructor(ground: Ground, faultNetwork: FaultNetwork, endpoint: Endpoint, close: () => Promise<void>) {
    this.#ground = ground
    this.faultNetwork = faultNetwork
    this.endpoint = endpoint
    this.#close = close
  }

  get faults() {
    return this.faultNetwork.faults
  }

  connect(clientId = 'client-1'): Promise<ByteStream> {
    return this.faultNetwork.as(clientId, this.#ground.network).connect(this.endpoint)
  }

  /** A connection, with what happens on both ends. */
  async pair(clientId?: string): Promise<readonly [client: Recorder, server: Recorder]> {
    const count = this.#accepted.length
    const arrived = new Promise<void>((resolve) => {
      this.#onAccept = resolve
    })
    const client = await this.connect(clientId)
    await arrived
    const server = this.#accepted[count]
    if (server === undefined) throw new Error('nothing was accepted')
    this.#open.push(client)
    return [new Recorder(client), new Recorder(server)]
  }

  async close(): Promise<void> {
    this.faults.endAll()
    for (const stream of [...this.#open, ...this.#accepted]) stream.destroy()
    await this.#close()
    const { clock, network } = this.#ground
    if (clock instanceof ManualClock) await clock.settle()
    if (network instanceof MemoryNetwork && network.links().length > 0) throw new Error('a connection was left open')
  }

  #accept(stream: ByteStream): void {
    this.#accepted.push(stream)
    this.#onAccept()
  }
}
