import {
  type Client,
  defineTopic,
  json,
  type Producer,
  type PullConsumer,
  type PushConsumer,
  type SendError,
  type SendReceipt
} from '@rocketmq-ts/client'
import { type Cluster, type ClusterOptions, startCluster } from '../../src/index'

export const Orders = defineTopic('orders', json<{ n: number }>())

/** How one send ended. */
export type Sent = { readonly n: number; readonly receipt: SendReceipt } | { readonly n: number; readonly error: SendError }

/** A cluster with two clients: a shop that sends orders, and one with two groups; `billing` is pushed them, `totals` pulls them. */
export class Scene {
  readonly cluster: Cluster
  readonly shop: Client
  readonly mq: Client
  readonly producer: Producer
  readonly pushConsumer: PushConsumer
  readonly pullConsumer: PullConsumer
  /** Orders in the order in which each group was given them. */
  readonly pushed: number[] = []
  readonly pulled: number[] = []
  readonly acknowledged: number[] = []
  /** Orders whose send failed and said that they were not sent. */
  readonly notSent: number[] = []
  /** Why commits of the pull consumer failed. */
  readonly failedCommits: unknown[] = []
  /** Offsets of each queue as the pull consumer was given them. */
  readonly #offsets = new Map<string, number[]>()
  readonly #pulling: Promise<void>
  #next = 0

  static async start(options: ClusterOptions = {}): Promise<Scene> {
    const cluster = await startCluster({ topics: { orders: { queues: 2 } }, ...options })
    const scene = new Scene(cluster, await cluster.connect(), await cluster.connect())
    await cluster.drive(Promise.all([scene.pushConsumer.ready, scene.pullConsumer.ready]))
    return scene
  }

  private constructor(cluster: Cluster, shop: Client, mq: Client) {
    this.cluster = cluster
    this.shop = shop
    this.mq = mq
    this.producer = shop.producer({ group: 'shop' })
    const subscriptions = [{ topic: Orders }] as const
    this.pushConsumer = mq.pushConsumer({ group: 'billing', subscriptions, from: 'first' }, ({ value }) => void this.pushed.push(value.n))
    const totals = mq.pullConsumer({ group: 'totals', subscriptions, from: 'first' })
    this.pullConsumer = totals
    this.#pulling = (async () => {
      for await (const batch of totals) {
        for (const { value, queue, queueOffset } of batch) this.#pulledOne(value.n, `${queue.brokerName} ${queue.queueId}`, queueOffset)
        // A commit that fails is made good by the next one.
        await batch.commit().catch((error: unknown) => void this.failedCommits.push(error))
      }
    })()
  }

  get faults() {
    return this.cluster.faults
  }

  /** Sends `count` more orders, one after the other, moving time as far as that takes. */
  async send(count = 1): Promise<readonly Sent[]> {
    const results: Sent[] = []
    for (let left = count; left > 0; left--) results.push(await this.cluster.drive(this.#sendOne()))
    return results
  }

  /** One send that must fail. */
  async sendInVain(): Promise<SendError> {
    const [result] = await this.send()
    if (result === undefined || 'receipt' in result) throw new Error('the send did not fail')
    return result.error
  }

  /** Orders that are stored, sorted. */
  async stored(): Promise<readonly number[]> {
    return sorted((await this.cluster.messages(Orders)).map(({ value }) => value.n))
  }

  /**
   * What is wrong in the end, when everything has healed: acknowledged orders that are not stored, or that a group was not given,
   * and queues in which what the pull consumer read has a gap or a step back. Orders that a group was given twice are `twice`.
   * Throws when a fault never struck, unless `mayBeUnused`.
   */
  async end({ afterMs = 60_000, mayBeUnused = false } = {}): Promise<Verdict> {
    const { faults, cluster } = this
    if (faults.unused.length > 0 && !mayBeUnused) throw new Error(`never struck: ${faults.unused.join(', ')}`)
    faults.endAll()
    await cluster.advance(afterMs)
    const stored = await this.stored()
    await cluster.close()
    await this.#pulling
    return {
      lost: this.acknowledged.filter((n) => ![stored, this.pushed, this.pulled].every((all) => all.includes(n))),
      gaps: [...this.#offsets].filter(([, offsets]) => offsets.some((offset, at) => offset !== at)).map(([queue]) => queue),
      twice: sorted([this.pushed, this.pulled].flatMap((all) => all.filter((n, at) => all.indexOf(n) < at)))
    }
  }

  async #sendOne(): Promise<Sent> {
    const n = this.#next++
    try {
      const receipt = await this.producer.send(Orders, { n })
      this.acknowledged.push(n)
      return { n, receipt }
    } catch (error) {
      if ((error as SendError).sent === 'no') this.notSent.push(n)
      return { n, error: error as SendError }
    }
  }

  #pulledOne(n: number, queue: string, offset: number): void {
    this.pulled.push(n)
    this.#offsets.set(queue, [...(this.#offsets.get(queue) ?? []), offset])
  }
}

/** See {@link Scene.end}. */
export interface Verdict {
  readonly lost: readonly number[]
  readonly gaps: readonly string[]
  readonly twice: readonly number[]
}

/** Nothing lost, no gap, nothing twice. */
export const WELL: Verdict = { lost: [], gaps: [], twice: [] }

function sorted(numbers: readonly number[]): number[] {
  return [...numbers].sort((a, b) => a - b)
}
