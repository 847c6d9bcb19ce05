import { connect } from '@rocketmq-ts/client'
import { realNetwork } from 'net-ts-protocol-kit'
import { eventually, type Missing } from './eventually'
import { History } from './history'
import { Probe } from './probe'
import { WireTap } from './tap/wire-tap'
import type { Target } from './targets'

export type Client = Awaited<ReturnType<typeof connect>>

let run = 0

/**
 * What one row works with: a target, a tap on all connections of its clients, a history, and names nobody used before. Closing
 * it closes everything the row opened.
 */
export class Bench {
  readonly target: Target
  readonly tap = new WireTap(realNetwork)
  readonly history = new History()
  /** How long something may take before the row calls it missing. */
  readonly patienceMs: number
  readonly #id: string
  readonly #clients: Client[] = []
  readonly #loads: (() => Promise<unknown>)[] = []
  #probe: Probe | undefined

  constructor(target: Target, patienceMs = 60_000) {
    run += 1
    this.target = target
    this.patienceMs = patienceMs
    this.#id = `${Date.now().toString(36)}-${run}`
  }

  /** A topic or group name of this run only. */
  name(kind: string): string {
    return `${kind}-${this.#id}`
  }

  async topic(queues: number, kind = 'topic'): Promise<string> {
    const topic = this.name(kind)
    await this.target.createTopic(topic, { queues })
    return topic
  }

  /** A client whose every frame the tap sees. */
  async connect(member: string): Promise<Client> {
    const client = await connect({ nameservers: this.target.nameservers, network: this.tap.networkOf(member) })
    this.#clients.push(client)
    return client
  }

  /** The suite's own connection to the broker. */
  async probe(): Promise<Probe> {
    this.#probe ??= await Probe.connect(this.target.brokerAddress)
    return this.#probe
  }

  /** The name of the broker that has a topic. */
  async brokerOf(topic: string): Promise<string> {
    const probe = await Probe.connect(this.target.nameservers)
    try {
      return (await probe.brokerOf(topic)) ?? ''
    } finally {
      probe.close()
    }
  }

  /** Whether something did not happen in time. */
  get isStuck(): boolean {
    return this.history.count('stuck') > 0
  }

  /** Waits until nothing is missing; writes down what still is when patience runs out. */
  async eventually(missing: Missing): Promise<boolean> {
    // Once something is missing, the rest of the row is only of interest for what else shows.
    const what = await eventually(missing, this.isStuck ? Math.min(this.patienceMs, 2_000) : this.patienceMs)
    if (what !== undefined) this.history.add({ type: 'stuck', missing: what })
    return what === undefined
  }

  /** Something that runs on by itself: stopped before the clients are closed, however the row ends. */
  owns(stop: () => Promise<unknown>): void {
    this.#loads.push(stop)
  }

  async close(): Promise<void> {
    this.#probe?.close()
    await Promise.all(this.#loads.map((stop) => stop()))
    await Promise.all(this.#clients.map((client) => client.close({ timeoutMs: 5_000 })))
  }
}
