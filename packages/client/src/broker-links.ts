import type { RemotingClient } from '@rocketmq-ts/remoting'
import type { Clock, Logger } from 'net-ts-protocol-kit'
import { BrokerLink } from './broker-link'
import type { Groups } from './groups'
import type { RouteTable } from './route/route-table'
import { MASTER_ID } from './route/topic-route'

export interface BrokerLinksOptions {
  readonly clock: Clock
  readonly logger: Logger
  readonly remoting: RemotingClient
  readonly routes: RouteTable
  readonly groups: Groups
  readonly intervalMs: number
  readonly timeoutMs: number
}

/** A broker came within reach or went out of it, or is not asked any more whether it is. */
export interface LinkChange {
  readonly address: string
  readonly isUp: boolean
  readonly isAsked: boolean
  readonly error?: unknown
}

/**
 * This client's standing with every broker that its routes name: each gets a heartbeat at once and every 30 s on the one
 * connection there is to it, and is asked again with backoff for ever while it cannot be reached. Producers are known to
 * masters only (read in client/…/factory/MQClientInstance.java).
 */
export class BrokerLinks {
  readonly #options: BrokerLinksOptions
  readonly #links = new Map<string, BrokerLink>()
  readonly #listeners = new Set<(change: LinkChange) => void>()
  readonly #stops: Array<() => void>

  constructor(options: BrokerLinksOptions) {
    this.#options = options
    this.#stops = [
      options.routes.onChange(() => this.#follow()),
      options.remoting.onConnectionClosed((address, error) => this.#links.get(address)?.connectionClosed(error))
    ]
  }

  /**
   * Calls back when a broker took a heartbeat after it had not, when it is lost or was not reached at first, and when it is not
   * asked any more after that, until the returned function is called.
   */
  onChange(listener: (change: LinkChange) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Tells every broker of this client's groups as they are now. Resolves when each has answered or failed to. */
  async tellAll(): Promise<void> {
    this.#follow()
    await Promise.all([...this.#links.values()].map((link) => link.tell()))
  }

  /** This client has left a group: brokers that need not hear of those that are left are not asked any more. */
  groupLeft(): void {
    this.#follow()
    for (const link of this.#links.values()) link.groupLeft()
  }

  /** Tells one broker, because it says it does not know. */
  async tell(address: string): Promise<void> {
    await this.#links.get(address)?.tell()
  }

  /**
   * Resolves when the broker knows of this client's groups as they are now: at once when it does, otherwise when it is
   * within reach again. Rejects with the signal's reason when that comes first.
   */
  whenTold(address: string, signal: AbortSignal): Promise<void> | undefined {
    return this.#links.get(address)?.whenTold(signal)
  }

  /** Whether the broker answered the last heartbeat. */
  isUp(address: string): boolean {
    return this.#links.get(address)?.isUp ?? false
  }

  /** Whether the broker did not answer the last heartbeat, or its connection is lost. */
  isDown(address: string): boolean {
    return this.#links.get(address)?.isDown ?? false
  }

  /** Milliseconds since the broker is back after it was lost; infinite when it was not. */
  backForMs(address: string): number {
    return this.#links.get(address)?.backForMs ?? Number.POSITIVE_INFINITY
  }

  /** Brokers that have been told and answered. */
  get addressesUp(): readonly string[] {
    return [...this.#links.values()].filter((link) => link.isUp).map(({ address }) => address)
  }

  get addresses(): readonly string[] {
    return [...this.#links.keys()]
  }

  close(): void {
    for (const stop of this.#stops) stop()
    for (const link of this.#links.values()) link.close()
    this.#links.clear()
    this.#listeners.clear()
  }

  readonly #changed = (change: LinkChange): void => {
    for (const listener of [...this.#listeners]) listener(change)
  }

  /** Links to those that the routes name, and to no others. */
  #follow(): void {
    const wanted = this.#wanted()
    for (const [address, link] of this.#links) {
      if (wanted.has(address)) continue
      link.close()
      this.#links.delete(address)
      if (link.isUp || link.isDown) this.#changed({ address, isUp: false, isAsked: false })
    }
    for (const address of wanted) {
      if (this.#links.has(address)) continue
      const link = new BrokerLink(address, { ...this.#options, onChange: this.#changed })
      this.#links.set(address, link)
      void link.tell()
    }
  }

  #wanted(): ReadonlySet<string> {
    const wanted = new Set<string>()
    const { routes, groups } = this.#options
    for (const addresses of routes.routes.flatMap((route) => [...route.brokers.values()])) {
      for (const [id, address] of addresses) if (id === MASTER_ID || groups.hasConsumers) wanted.add(address)
    }
    return wanted
  }
}
