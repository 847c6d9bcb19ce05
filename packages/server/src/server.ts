import { Broker, type BrokerOptions, type TopicOptions } from '@rocketmq-ts/broker'
import { Nameserver } from '@rocketmq-ts/nameserver'
import { CodedError } from 'net-ts-protocol-kit'
import { type ResolvedServerOptions, resolveServerOptions, type ServerOptions } from './server-options'

/**
 * Starts a nameserver and a broker that is registered with it. Rejects with a `CodedError`: `OPTION_INVALID`, `LISTEN_FAILED` with a text
 * that names the port and the option, or what keeps a `storeDirectory` from being opened: `STORE_IN_USE`, `STORE_READ_ONLY`,
 * `STORE_DAMAGED`, `DOCUMENT_UNREADABLE`, `FILE_FAILED`.
 */
export async function startServer(options: ServerOptions = {}): Promise<Server> {
  return Server.start(resolveServerOptions(options))
}

/** A running nameserver and its broker. */
export class Server {
  readonly nameserver: Nameserver
  readonly #options: ResolvedServerOptions
  #broker: Broker | undefined
  #brokerPort: number
  #closing: Promise<void> | undefined
  #brokerSteps: Promise<void> = Promise.resolve()

  /** Used by {@link startServer}. */
  static async start(options: ResolvedServerOptions): Promise<Server> {
    const { host, nameserverPort, clock, network, logger } = options
    const nameserver = new Nameserver({ host, port: nameserverPort, clock, network, logger })
    const server = new Server(options, nameserver)
    try {
      await listening('nameserverPort', host, nameserverPort, nameserver.start())
      await server.startBroker()
      for (const [name, topic] of Object.entries(options.topics)) await server.createTopic(name, topic)
      return server
    } catch (error) {
      await server.close()
      throw error
    }
  }

  private constructor(options: ResolvedServerOptions, nameserver: Nameserver) {
    this.#options = options
    this.#brokerPort = options.brokerPort
    this.nameserver = nameserver
  }

  /** `host:port`: what clients connect with. */
  get nameserverAddress(): string {
    return this.nameserver.address
  }

  /** `host:port` under which clients reach the broker. */
  get brokerAddress(): string {
    return this.broker.address
  }

  /** The broker that runs now: another one after a restart. */
  get broker(): Broker {
    if (this.#broker !== undefined) return this.#broker
    throw new CodedError('BROKER_NOT_RUNNING', 'the broker is stopped: call startBroker()')
  }

  /** Creates a topic or changes its settings; settles when clients can find it. Rejects with a `TopicError`. */
  createTopic(name: string, options?: TopicOptions): Promise<void> {
    return this.broker.createTopic(name, options)
  }

  /** Closes the broker; the nameserver stays. What it held stays in the store. Does nothing when it is stopped. */
  stopBroker(): Promise<void> {
    return this.#step(async () => {
      const broker = this.#broker
      this.#broker = undefined
      await broker?.close()
    })
  }

  /** Starts a broker over the same store, on the same port. Does nothing when it runs. */
  startBroker(): Promise<void> {
    return this.#step(() => this.#startBroker())
  }

  /** Stops the broker and starts another one over the same store. */
  async restartBroker(): Promise<void> {
    await this.stopBroker()
    await this.startBroker()
  }

  /** Closes broker and nameserver. Idempotent. */
  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(): Promise<void> {
    try {
      await this.stopBroker()
    } finally {
      await this.nameserver.close()
    }
  }

  async #startBroker(): Promise<void> {
    if (this.#broker !== undefined) return
    const broker = new Broker(this.#brokerOptions())
    try {
      await listening('brokerPort', this.#options.host, this.#brokerPort, broker.start())
    } catch (error) {
      await broker.close()
      throw error
    }
    this.#broker = broker
    this.#brokerPort = broker.endpoint.port
  }

  #brokerOptions(): BrokerOptions {
    const { store, host, brokerName, clusterName, autoCreateTopics, advertisedAddress, delayLevels, limits, clock, network, logger } =
      this.#options
    return {
      store,
      nameservers: [this.nameserver.address],
      host,
      port: this.#brokerPort,
      name: brokerName,
      clusterName,
      autoCreateTopics,
      clock,
      network,
      logger,
      ...(advertisedAddress === undefined ? {} : { advertisedAddress }),
      ...(delayLevels === undefined ? {} : { delayLevels }),
      ...(limits === undefined ? {} : { limits })
    }
  }

  /** One step after the other, whether or not the one before succeeded. */
  #step(step: () => Promise<void>): Promise<void> {
    const result = this.#brokerSteps.then(step)
    this.#brokerSteps = result.catch(() => {})
    return result
  }
}

/** Says in one line which port of which option could not be had. */
async function listening(option: string, host: string, port: number, start: Promise<void>): Promise<void> {
  try {
    await start
  } catch (error) {
    if (!(error instanceof CodedError) || error.code !== 'LISTEN_FAILED') throw error
    const reason = isTaken(error.cause) ? 'is taken by another process' : `cannot be listened on (${error.message})`
    throw new CodedError('LISTEN_FAILED', `port ${port} on ${host} ${reason}: choose another ${option}, or 0 for any free port`, {
      facts: { option, host, port },
      cause: error
    })
  }
}

function isTaken(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EADDRINUSE'
}
