import type { RemotingClient } from '@rocketmq-ts/remoting'
import type { DataVersion } from '@rocketmq-ts/remoting/wire'
import {
  bodyCrc,
  type RegisterBrokerRequestHeader,
  RequestCode,
  ResponseCode,
  type TopicConfig,
  writeRegistration
} from '@rocketmq-ts/remoting/wire'
import type { Clock, Timer } from 'net-ts-protocol-kit'

/** How often a broker registers, whether or not something changed. Milliseconds. */
export const REGISTER_EVERY_MS = 30_000

/** How soon a registration that failed is tried again. Milliseconds. */
const RETRY_MS = 3000

/** How long a nameserver may take to answer. Milliseconds. */
const TIMEOUT_MS = 3000

/** What a broker tells about itself. */
export interface RegistrationContent {
  readonly brokerName: string
  readonly clusterName: string
  /** `host:port` under which clients reach the broker. */
  readonly brokerAddr: string
  /** `host:port` of replication. */
  readonly haServerAddr: string
  readonly topics: ReadonlyMap<string, TopicConfig>
  readonly dataVersion: DataVersion
}

export interface RegistrationOptions {
  readonly client: RemotingClient
  readonly clock: Clock
  /** Addresses of all nameservers: they do not talk to each other. */
  readonly nameservers: readonly string[]
  /** The broker as it is now. */
  readonly describe: () => RegistrationContent
  /** Told which topics the nameservers know to be ordered. */
  readonly onOrderTopics: (topics: Iterable<string>) => void
  readonly onError: (nameserver: string, error: unknown) => void
}

/**
 * Registers a broker with every nameserver: every 30 s, and at once when its topics change
 * (read in broker/…/BrokerController.java and out/BrokerOuterAPI.java). Always with all topics, so that no change can be
 * lost with a single message.
 */
export class Registration {
  readonly #options: RegistrationOptions
  readonly #links: readonly NameserverLink[]
  #interval: Timer | undefined
  #isChangePending = false

  constructor(options: RegistrationOptions) {
    this.#options = options
    this.#links = options.nameservers.map((address) => new NameserverLink(address, options))
  }

  /** Registers for the first time; settles when every nameserver has answered or failed. */
  start(): Promise<void> {
    this.#interval = this.#options.clock.setInterval(() => void this.register(), REGISTER_EVERY_MS)
    return this.register()
  }

  /** Tells the nameservers at the end of this turn. */
  changed(): void {
    if (this.#isChangePending || this.#interval === undefined) return
    this.#isChangePending = true
    this.#options.clock.defer(() => {
      this.#isChangePending = false
      if (this.#interval !== undefined) void this.register()
    })
  }

  /** Registers now; settles when every nameserver knows the broker as it is now, or has failed. Never rejects. */
  async register(): Promise<void> {
    await Promise.all(this.#links.map((link) => link.register()))
  }

  /** Leaves every nameserver. Never rejects. */
  async stop(): Promise<void> {
    this.#interval?.cancel()
    this.#interval = undefined
    await Promise.all(this.#links.map((link) => link.unregister()))
  }
}

/** One nameserver. One registration at a time; what changes meanwhile is told by the next. */
class NameserverLink {
  readonly #address: string
  readonly #options: RegistrationOptions
  #running: Promise<void> | undefined
  #isOutdated = false
  #isStopped = false
  #retry: Timer | undefined

  constructor(address: string, options: RegistrationOptions) {
    this.#address = address
    this.#options = options
  }

  register(): Promise<void> {
    this.#isOutdated = true
    this.#running ??= this.#run()
    return this.#running
  }

  async unregister(): Promise<void> {
    this.#isStopped = true
    this.#retry?.cancel()
    await this.#running
    const { client, describe, onError } = this.#options
    const { brokerName, brokerAddr, clusterName } = describe()
    try {
      await client.invoke(this.#address, RequestCode.UNREGISTER_BROKER, { brokerName, brokerAddr, clusterName, brokerId: 0 }, undefined, {
        timeoutMs: TIMEOUT_MS
      })
    } catch (error) {
      onError(this.#address, error)
    }
  }

  async #run(): Promise<void> {
    this.#retry?.cancel()
    while (this.#isOutdated && !this.#isStopped) {
      this.#isOutdated = false
      await this.#registerOnce()
    }
    this.#running = undefined
  }

  async #registerOnce(): Promise<void> {
    const { client, describe, onOrderTopics, onError, clock } = this.#options
    try {
      const { header, body } = registerRequest(describe())
      const answer = await client.invoke(this.#address, RequestCode.REGISTER_BROKER, header, body, { timeoutMs: TIMEOUT_MS })
      if (answer.code !== ResponseCode.SUCCESS) throw new Error(`answered ${answer.code}: ${answer.remark ?? ''}`)
      if (answer.body !== undefined) onOrderTopics(answer.body.table.keys())
    } catch (error) {
      onError(this.#address, error)
      if (!this.#isStopped) this.#retry = clock.setTimeout(() => void this.register(), RETRY_MS)
    }
  }
}

function registerRequest(content: RegistrationContent): { header: RegisterBrokerRequestHeader; body: Buffer } {
  const { brokerName, clusterName, brokerAddr, haServerAddr, topics, dataVersion } = content
  const body = writeRegistration({
    topicConfigSerializeWrapper: { topicConfigTable: topics, dataVersion },
    filterServerList: []
  })
  const header = {
    brokerName,
    clusterName,
    brokerAddr,
    haServerAddr,
    brokerId: 0,
    enableActingMaster: false,
    compressed: false,
    bodyCrc32: bodyCrc(body)
  }
  return { header, body }
}
