import { held, type Peer, RemotingClient, type RemotingClientOptions, type RemotingResponse, RemotingServer } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { type Clock, formatEndpoint } from 'net-ts-protocol-kit'
import { FaultNetwork, type FaultNetworkOptions } from '../../src/faults/index'
import type { Ground } from './worlds'

const { GET_MAX_OFFSET, GET_MIN_OFFSET, UPDATE_CONSUMER_OFFSET } = RequestCode

/** A server called `broker-a` that answers offsets, and clients of it. */
export class RemotingWorld {
  readonly faultNetwork: FaultNetwork
  readonly address: string
  readonly clock: Clock
  /** Queue ids that the server was asked for, in order. */
  readonly asked: number[] = []
  readonly #ground: Ground
  readonly #server: RemotingServer
  readonly #clients: RemotingClient[] = []
  readonly #holding: Array<() => void> = []

  static async start(ground: Ground, options: Omit<FaultNetworkOptions, 'clock'> = {}): Promise<RemotingWorld> {
    const faultNetwork = new FaultNetwork({ clock: ground.clock, ...options })
    const network = faultNetwork.as('broker-a', ground.network)
    const server = new RemotingServer({ clock: ground.clock, network, port: 0 })
    const world = new RemotingWorld(ground, faultNetwork, server, formatEndpoint(await server.listen()))
    return world
  }

  private constructor(ground: Ground, faultNetwork: FaultNetwork, server: RemotingServer, address: string) {
    this.#ground = ground
    this.clock = ground.clock
    this.faultNetwork = faultNetwork
    this.#server = server
    this.address = address
    server.register(GET_MAX_OFFSET, ({ header }) => {
      this.asked.push(header.queueId)
      return { code: ResponseCode.SUCCESS, header: { offset: 1000 + header.queueId } }
    })
    server.register(GET_MIN_OFFSET, (request) => {
      this.#holding.push(() => request.answer({ code: ResponseCode.SUCCESS, header: { offset: request.header.queueId } }))
      return held
    })
    server.register(UPDATE_CONSUMER_OFFSET, ({ header }) => {
      this.asked.push(header.queueId)
      return { code: ResponseCode.SUCCESS }
    })
  }

  get faults() {
    return this.faultNetwork.faults
  }

  get peers(): readonly Peer[] {
    return this.#server.peers
  }

  client(clientId = 'client-1', options: Partial<RemotingClientOptions> = {}): RemotingClient {
    const network = this.faultNetwork.as(clientId, this.#ground.network)
    const client = new RemotingClient({ clock: this.#ground.clock, network, ...options })
    this.#clients.push(client)
    return client
  }

  /** A client that the fault network knows nothing of. */
  stranger(): RemotingClient {
    const client = new RemotingClient({ clock: this.#ground.clock, network: this.#ground.network })
    this.#clients.push(client)
    return client
  }

  /** Asks for the end of a queue, which is 1000 + its id. */
  max(client: RemotingClient, queueId: number, timeoutMs = 3000): Promise<RemotingResponse<typeof GET_MAX_OFFSET>> {
    return client.invoke(this.address, GET_MAX_OFFSET, { topic: 't', queueId }, undefined, { timeoutMs })
  }

  /** Asks for the beginning of a queue, which the server holds until {@link release}. */
  min(client: RemotingClient, queueId: number, timeoutMs = 3000): Promise<RemotingResponse<typeof GET_MIN_OFFSET>> {
    return client.invoke(this.address, GET_MIN_OFFSET, { topic: 't', queueId }, undefined, { timeoutMs })
  }

  get holding(): number {
    return this.#holding.length
  }

  release(): void {
    for (const answer of this.#holding.splice(0)) answer()
  }

  async close(): Promise<void> {
    this.faults.endAll()
    await Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 0 })))
    await this.#server.close({ timeoutMs: 0 })
  }
}
