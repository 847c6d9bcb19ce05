import { type AnyRequestRow, RemotingClient, type RemotingResponse } from '@rocketmq-ts/remoting'
import {
  decodeRecords,
  encodeProperties,
  type HeartbeatData,
  type MessageRecord,
  type PullMessageRequestHeader,
  PullSysFlag,
  type RequestBodyOf,
  RequestCode,
  type RequestHeaderOf,
  type SendMessageRequestHeaderV2,
  type SubscriptionData,
  type SubscriptionGroupConfig
} from '@rocketmq-ts/remoting/wire'
import { MemoryMessageStore, type MessageStore } from '@rocketmq-ts/store'
import Long from 'long'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { Broker, type BrokerOptions } from '../../src/index'

/** What a test may change of its broker. */
export type TestBrokerOptions = Partial<Omit<BrokerOptions, 'clock' | 'network' | 'store'>>

/** A broker in memory, with the hand-driven clock, and clients that speak to it in single requests. */
export class TestBroker {
  readonly clock = new ManualClock()
  readonly network = new MemoryNetwork({ clock: this.clock })
  readonly store = new MemoryMessageStore({ now: () => this.clock.now(), defer: (callback) => this.clock.defer(callback) })
  broker: Broker
  readonly client: TestClient
  readonly #options: TestBrokerOptions
  /** What the broker gets instead of the store itself. */
  readonly #brokerStore: MessageStore
  readonly #clients: TestClient[] = []

  static async start(options: TestBrokerOptions = {}, over: (store: MessageStore) => MessageStore = (store) => store): Promise<TestBroker> {
    const test = new TestBroker(options, over)
    await test.broker.start()
    return test
  }

  private constructor(options: TestBrokerOptions, over: (store: MessageStore) => MessageStore) {
    this.#options = options
    this.#brokerStore = over(this.store)
    this.broker = this.#makeBroker()
    this.client = this.newClient()
  }

  /** Another client, with a connection of its own. */
  newClient(): TestClient {
    const client = new TestClient(this)
    this.#clients.push(client)
    return client
  }

  /** Another broker over the same store. */
  async restart(options: TestBrokerOptions = {}): Promise<void> {
    await this.broker.close()
    this.broker = this.#makeBroker(options)
    await this.broker.start()
  }

  async close(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()))
    await this.broker.close()
  }

  #makeBroker(options: TestBrokerOptions = {}): Broker {
    const { clock, network } = this
    return new Broker({ nameservers: [], ...this.#options, ...options, store: this.#brokerStore, clock, network })
  }
}

/** A client that sends what it is told, right or wrong. */
export class TestClient {
  readonly remoting: RemotingClient
  readonly #test: TestBroker

  constructor(test: TestBroker) {
    this.#test = test
    this.remoting = new RemotingClient({ clock: test.clock, network: test.network, version: 513 })
  }

  invoke<R extends AnyRequestRow>(
    row: R,
    header: RequestHeaderOf<R>,
    body?: RequestBodyOf<R>,
    timeoutMs = 60_000
  ): Promise<RemotingResponse<R>> {
    return this.remoting.invoke(this.#test.broker.address, row, header, body, { timeoutMs })
  }

  send(
    topic: string,
    body: string | Buffer,
    properties: Readonly<Record<string, string>> = {},
    header: Partial<SendMessageRequestHeaderV2> = {}
  ): Promise<RemotingResponse<typeof RequestCode.SEND_MESSAGE_V2>> {
    return this.invoke(RequestCode.SEND_MESSAGE_V2, { ...sendHeader(topic, properties), ...header }, Buffer.from(body))
  }

  pull(topic: string, header: Partial<PullMessageRequestHeader> = {}): Promise<RemotingResponse<typeof RequestCode.PULL_MESSAGE>> {
    return this.invoke(RequestCode.PULL_MESSAGE, { ...pullHeader(topic), ...header })
  }

  /** The records of a queue from an offset on. */
  async read(topic: string, queueId = 0, queueOffset = 0): Promise<readonly MessageRecord[]> {
    const answer = await this.pull(topic, { queueId, queueOffset })
    return answer.code === 0 ? decodeRecords(answer.body).records : []
  }

  heartbeat(
    group: string,
    subscriptions: readonly SubscriptionData[] = [],
    more: Partial<HeartbeatData> & { messageModel?: string } = {}
  ): Promise<RemotingResponse<typeof RequestCode.HEART_BEAT>> {
    const { messageModel = 'CLUSTERING', ...data } = more
    const consumer = {
      groupName: group,
      consumeType: 'CONSUME_PASSIVELY',
      messageModel,
      consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
      subscriptionDataSet: subscriptions,
      unitMode: false
    }
    return this.invoke(RequestCode.HEART_BEAT, {}, { clientID: 'client-1', producerDataSet: [], consumerDataSet: [consumer], ...data })
  }

  async close(): Promise<void> {
    await this.remoting.close()
  }
}

export function sendHeader(topic: string, properties: Readonly<Record<string, string>> = {}): SendMessageRequestHeaderV2 {
  return {
    producerGroup: 'shop',
    topic,
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 4,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    flag: 0,
    properties: encodeProperties(Object.entries(properties)).toString(),
    reconsumeTimes: 0,
    unitMode: false,
    batch: false
  }
}

/** A pull that waits for nothing and brings its own subscription. */
export function pullHeader(topic: string): PullMessageRequestHeader {
  return {
    consumerGroup: 'billing',
    topic,
    queueId: 0,
    queueOffset: 0,
    maxMsgNums: 32,
    sysFlag: PullSysFlag.SUBSCRIPTION,
    commitOffset: 0,
    suspendTimeoutMillis: 15_000,
    subscription: '*',
    subVersion: Long.ZERO
  }
}

/** Settings of a consumer group as an administrator sends them. */
export function groupSettings(groupName: string, more: Partial<SubscriptionGroupConfig> = {}): SubscriptionGroupConfig {
  return {
    groupName,
    consumeEnable: true,
    consumeFromMinEnable: true,
    consumeBroadcastEnable: true,
    retryQueueNums: 1,
    retryMaxTimes: 16,
    brokerId: 0,
    whichBrokerWhenConsumeSlowly: 1,
    notifyConsumerIdsChangedEnable: true,
    ...more
  }
}

export function subscription(topic: string, tags: readonly string[] = [], codes: readonly number[] = [], version = 1): SubscriptionData {
  return {
    topic,
    subString: tags.length === 0 ? '*' : tags.join(' || '),
    tagsSet: tags,
    codeSet: codes,
    subVersion: Long.fromNumber(version),
    expressionType: 'TAG',
    classFilterMode: false
  }
}

/** A stored document without the lines and tabs that it is stored with. */
export function inOneLine(text: string | undefined): string | undefined {
  return text?.replace(/\n\t*/g, '')
}
