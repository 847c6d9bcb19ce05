import { type Endpoint, formatEndpoint } from 'net-ts-protocol-kit'

/** A nameserver or broker as its node sees it: started once, closed once. */
export interface Startable {
  readonly endpoint: Endpoint
  start(): Promise<void>
  close(): Promise<void>
}

/** A place for a server that is stopped and started again, always at the same address. */
export class ServerNode<Server extends Startable> {
  readonly name: string
  readonly #make: (listenAt: Endpoint) => Server
  #listenAt: Endpoint
  #running: Server | undefined
  #steps: Promise<unknown> = Promise.resolve()

  /** Port 0: the first start takes any free one, and all others the same. */
  constructor(name: string, listenAt: Endpoint, make: (listenAt: Endpoint) => Server) {
    this.name = name
    this.#listenAt = listenAt
    this.#make = make
  }

  /** The server that runs now. */
  get running(): Server | undefined {
    return this.#running
  }

  /** `host:port`, whether it runs or not. */
  get address(): string {
    return formatEndpoint(this.#listenAt)
  }

  /** Starts it. Does nothing when it runs. Rejects with `LISTEN_FAILED` when someone else has its port. */
  start(): Promise<void> {
    return this.step(() => this.#start())
  }

  /** Stops it. Does nothing when it is stopped. */
  stop(): Promise<void> {
    return this.step(async () => {
      const server = this.#running
      this.#running = undefined
      await server?.close()
    })
  }

  async restart(): Promise<void> {
    await this.stop()
    await this.start()
  }

  /** Does something between stops and starts: one step after the other, whether or not the one before succeeded. */
  step<T>(step: (running: Server | undefined) => Promise<T>): Promise<T> {
    const result = this.#steps.then(() => step(this.#running))
    this.#steps = result.catch(() => {})
    return result
  }

  async #start(): Promise<void> {
    if (this.#running !== undefined) return
    const server = this.#make(this.#listenAt)
    try {
      await server.start()
    } catch (error) {
      await server.close()
      throw error
    }
    this.#listenAt = server.endpoint
    this.#running = server
  }
}
