import { type Client, defineTopic, json, type MessageOfTopic, type PullConsumer, type PushConsumer, retry } from '@rocketmq-ts/client'
import { type Cluster, RequestCode, ResponseCode, startCluster } from '@rocketmq-ts/testing'
import { seededRandom } from 'net-ts-protocol-kit'

const Orders = defineTopic('orders', json<{ n: number }>())
const QUEUES = 4
const BROKERS = ['broker-a', 'broker-b']
const STEPS = 60
/** Longer than any back-off, lock, heartbeat or rebalance takes, several times over. */
const CALM_MS = 600_000

/** What is wrong at the end of a story; empty lists when nothing is. */
export interface Ending {
  /** Acknowledged and never handled by the push group. */
  readonly missing: number[]
  /** Acknowledged and never read by the pull group. */
  readonly unread: number[]
  /** Reported as certainly not stored, and stored. */
  readonly phantoms: number[]
  readonly deadLetters: number
  /** Messages that a group has not consumed, by group. */
  readonly lag: Readonly<Record<string, number>>
  /** Queues owned by the members of the push group, which must be every queue once. */
  readonly owned: readonly string[]
  readonly problems: readonly string[]
}

/**
 * A story told from a seed: a producer sends, members of two groups come and go, and meanwhile brokers and the nameserver stop, connections are
 * cut, stalled, delayed and half-open, requests and answers get lost and are answered with errors. Then all faults end, and what was
 * promised must hold.
 */
export async function tellStory(seed: number): Promise<{ readonly ending: Ending; readonly events: readonly string[] }> {
  const cluster = await startCluster({
    seed,
    brokers: BROKERS,
    topics: { orders: { queues: QUEUES } },
    groups: { workers: { maxRetries: 1000 } }
  })
  try {
    const story = new Story(cluster, seed)
    await story.run()
    return { ending: await story.ending(), events: story.events }
  } finally {
    await cluster.close()
  }
}

interface Member {
  readonly client: Client
  readonly consumer: PushConsumer
  /** What it handles from now on was never handled. */
  isDead: boolean
}

class Story {
  readonly events: string[] = []
  readonly #cluster: Cluster
  readonly #chance: () => number
  readonly #sends = new Map<number, 'under way' | 'ok' | 'no' | 'unknown'>()
  readonly #handled = new Set<number>()
  readonly #read = new Set<number>()
  readonly #members: Member[] = []
  readonly #problems: string[] = []
  readonly #dead: Array<Promise<unknown>> = []
  #next = 0

  constructor(cluster: Cluster, seed: number) {
    this.#cluster = cluster
    this.#chance = seededRandom(seed)
  }

  async run(): Promise<void> {
    const sender = await this.#cluster.connect()
    const producer = sender.producer({ group: 'shop' })
    const send = (): void => {
      const n = this.#next++
      this.#sends.set(n, 'under way')
      producer.send(Orders, { n }).then(
        () => this.#sends.set(n, 'ok'),
        (error: { sent: 'no' | 'unknown' }) => this.#sends.set(n, error.sent)
      )
    }
    await this.#join()
    await this.#startReading()
    for (let step = 0; step < STEPS; step++) {
      for (let count = this.#pick(4); count > 0; count--) send()
      await this.#something()
      await this.#cluster.advance(this.#pick(2000))
    }
    this.events.push('calm')
    await this.#cluster.drive(Promise.all(this.#dead))
    this.#cluster.faults.endAll()
    await this.#cluster.startNameserver()
    for (const broker of BROKERS) await this.#cluster.startBroker(broker)
    await this.#cluster.advance(CALM_MS)
  }

  async ending(): Promise<Ending> {
    const stored = (await this.#cluster.messages(Orders)).map(({ value }) => value.n)
    const acknowledged = this.#with('ok')
    if (this.#with('under way').length > 0) this.#problems.push('a send did not settle')
    for (const { consumer } of this.#members) if (consumer.health().state !== 'running') this.#problems.push(consumer.health().state)
    return {
      missing: acknowledged.filter((n) => !this.#handled.has(n)),
      unread: acknowledged.filter((n) => !this.#read.has(n)),
      phantoms: this.#with('no').filter((n) => stored.includes(n)),
      deadLetters: (await this.#cluster.deadLetters('workers')).length,
      lag: { workers: (await this.#cluster.lag('workers')).total, readers: (await this.#cluster.lag('readers')).total },
      owned: this.#members
        .flatMap(({ consumer }) => consumer.queues)
        .filter(({ topic }) => topic === 'orders')
        .map(({ brokerName, queueId }) => `${brokerName} ${queueId}`)
        .sort(),
      problems: this.#problems
    }
  }

  async #join(): Promise<void> {
    const client = await this.#cluster.connect()
    const member = { client, isDead: false }
    const options = { group: 'workers', subscriptions: [{ topic: Orders }], from: 'first', maxAttempts: 1000, concurrency: 3 } as const
    const consumer = client.pushConsumer(options, async ({ value }) => {
      if (this.#chance() < 0.5) await new Promise<void>((resolve) => this.#cluster.clock.setTimeout(resolve, this.#pick(3000)))
      if (this.#chance() < 0.05) throw new Error('not this time')
      if (this.#chance() < 0.05) return retry({ delayLevel: 1 })
      if (!member.isDead) this.#handled.add(value.n)
      return undefined
    })
    consumer.done.catch((error: unknown) => this.#problems.push(String(error)))
    this.#members.push(Object.assign(member, { consumer }))
  }

  async #startReading(): Promise<void> {
    const client = await this.#cluster.connect()
    const reader = client.pullConsumer({ group: 'readers', subscriptions: [{ topic: Orders }], from: 'first' })
    void this.#readAll(reader).catch((error: unknown) => this.#problems.push(`reader: ${String(error)}`))
  }

  async #readAll(reader: PullConsumer<MessageOfTopic<typeof Orders>>): Promise<void> {
    for await (const batch of reader) {
      for (const { value } of batch) this.#read.add(value.n)
      await batch.commit().catch(() => {})
    }
  }

  /** One thing that happens to the cluster; most of the time nothing. */
  async #something(): Promise<void> {
    const { faults } = this.#cluster
    const broker = BROKERS[this.#pick(BROKERS.length)] ?? 'broker-a'
    const happenings: ReadonlyArray<readonly [string, () => unknown]> = [
      ['nothing', () => undefined],
      ['nothing', () => undefined],
      [`cut ${broker}`, () => faults.cut({ server: broker })],
      ['cut nameserver', () => faults.cut({ server: 'nameserver' })],
      [`stall ${broker}`, () => this.#forAWhile(faults.stall({ server: broker }), 5000)],
      [`delay ${broker}`, () => this.#forAWhile(faults.delay(1 + this.#pick(800), { server: broker }), 10_000)],
      [`half-open ${broker}`, () => this.#forAWhile(faults.halfOpen({ server: broker }), 40_000)],
      [`refuse ${broker}`, () => this.#forAWhile(faults.refuse({ server: broker }), 3000)],
      ['drop a send', () => faults.dropRequest(RequestCode.SEND_MESSAGE_V2, { nth: 1 + this.#pick(3) })],
      ['drop an answer to a send', () => faults.dropAnswer(RequestCode.SEND_MESSAGE_V2, { nth: 1 + this.#pick(3) })],
      ['drop a pull', () => faults.dropRequest(RequestCode.PULL_MESSAGE)],
      ['drop an answer to a pull', () => faults.dropAnswer(RequestCode.PULL_MESSAGE)],
      ['drop a heartbeat', () => faults.dropRequest(RequestCode.HEART_BEAT)],
      ['drop a commit', () => faults.dropRequest(RequestCode.UPDATE_CONSUMER_OFFSET)],
      ['drop a message sent back', () => faults.dropAnswer(RequestCode.CONSUMER_SEND_MSG_BACK)],
      ['busy', () => faults.answerWith(RequestCode.SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY, times: 2 })],
      [`restart ${broker}`, () => this.#restartBroker(broker)],
      ['restart nameserver', () => this.#restartNameserver()],
      ['join', () => (this.#members.length < 4 ? this.#join() : undefined)],
      ['leave', () => (this.#members.length > 1 ? this.#leave() : undefined)],
      ['crash', () => (this.#members.length > 1 ? this.#crash() : undefined)]
    ]
    const [name, happen] = happenings[this.#pick(happenings.length)] ?? ['nothing', () => undefined]
    if (name !== 'nothing') this.events.push(name)
    await happen()
  }

  #forAWhile(fault: { end(): void }, atMostMs: number): void {
    this.#cluster.clock.setTimeout(() => fault.end(), this.#pick(atMostMs))
  }

  async #restartBroker(name: string): Promise<void> {
    await this.#cluster.stopBroker(name)
    await this.#cluster.advance(this.#pick(8000))
    await this.#cluster.startBroker(name)
  }

  async #restartNameserver(): Promise<void> {
    await this.#cluster.stopNameserver()
    await this.#cluster.advance(this.#pick(20_000))
    await this.#cluster.startNameserver()
  }

  /** Not awaited: the others go on meanwhile. */
  #leave(): void {
    const [member] = this.#members.splice(this.#pick(this.#members.length), 1)
    void member?.client.close({ timeoutMs: this.#pick(2000) })
  }

  /** A process that is gone: nothing of it arrives any more, and nothing that it does counts. */
  #crash(): void {
    const [member] = this.#members.splice(this.#pick(this.#members.length), 1)
    if (member === undefined) return
    member.isDead = true
    this.#cluster.faults.refuse({ client: member.client })
    this.#cluster.faults.cut({ client: member.client })
    this.#dead.push(member.client.close({ timeoutMs: 0 }))
  }

  #with(state: 'under way' | 'ok' | 'no'): number[] {
    return [...this.#sends].filter(([, one]) => one === state).map(([n]) => n)
  }

  #pick(count: number): number {
    return Math.floor(this.#chance() * count)
  }
}
