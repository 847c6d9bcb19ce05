import { type Answer, type AnyRequestRow, type Held, held, type Peer, RemotingServer, type ServerRequest } from '@rocketmq-ts/remoting'
import {
  decodeBatch,
  decodeProperties,
  dlqTopic,
  encodeProperties,
  findProperty,
  javaStringHashCode,
  offsetMessageId,
  RequestCode,
  ResponseCode,
  recordSize,
  retryTopic,
  writeRecord
} from '@rocketmq-ts/remoting/wire'
import type { Clock, Network } from 'net-ts-protocol-kit'

/** What the fake keeps of a message. */
export interface StoredMessage {
  readonly topic: string
  readonly queueId: number
  readonly queueOffset: number
  readonly physicalOffset: number
  readonly flag: number
  readonly sysFlag: number
  readonly body: Buffer
  readonly properties: Buffer
  readonly reconsumeTimes: number
  readonly bornTimestamp: number
  readonly storeTimestamp: number
}

interface HeldPull {
  readonly request: ServerRequest<typeof RequestCode.PULL_MESSAGE>
  readonly timer: { cancel(): void }
}

/** Answers a request instead of the fake; `undefined`: the fake does. */
export type Script<R extends AnyRequestRow> = (request: ServerRequest<R>) => Answer<R> | Held | undefined

const SUCCESS = { code: ResponseCode.SUCCESS }
const SECONDS_BY_LEVEL = [0, 1, 5, 10, 30, 60, 120, 180, 240, 300, 360, 420, 480, 540, 600, 1200, 1800, 3600, 7200]

/**
 * A broker for tests of the client: just enough behaviour, in memory, and every answer can be replaced by a script. What real brokers
 * do is held by the contract suite.
 */
export class FakeBroker {
  readonly name: string
  readonly host: string
  readonly port: number
  /** Requests in order of arrival, without heartbeats' bodies. */
  readonly requests: Array<{ readonly name: string; readonly header: Readonly<Record<string, unknown>> }> = []
  readonly queues = new Map<string, StoredMessage[][]>()
  /** `group topic queueId` to offset. */
  readonly offsets = new Map<string, number>()
  readonly members = new Map<string, Map<string, Peer>>()
  readonly #clock: Clock
  readonly #network: Network
  readonly #scripts = new Map<string, Script<AnyRequestRow>>()
  readonly #held = new Set<HeldPull>()
  readonly #minOffsets = new Map<string, number>()
  readonly #log: StoredMessage[] = []
  #server: RemotingServer | undefined
  #onTopic: (() => void) | undefined

  constructor(clock: Clock, network: Network, name: string, endpoint: { readonly host: string; readonly port: number }) {
    this.#clock = clock
    this.#network = network
    this.name = name
    this.host = endpoint.host
    this.port = endpoint.port
  }

  get address(): string {
    return `${this.host}:${this.port}`
  }

  /** Starts, or starts again with everything it stored. */
  async start(onTopic: () => void): Promise<void> {
    this.#onTopic = onTopic
    const server = new RemotingServer({ clock: this.#clock, network: this.#network, host: this.host, port: this.port })
    this.#server = server
    this.#register(server)
    server.onDisconnect((peer) => this.#left(peer))
    await server.listen()
  }

  /** Goes away at once, as a process that is killed. */
  async stop(): Promise<void> {
    for (const pull of this.#held) pull.timer.cancel()
    this.#held.clear()
    const server = this.#server
    this.#server = undefined
    for (const peer of server?.peers ?? []) peer.close()
    await server?.close({ timeoutMs: 0 })
    this.members.clear()
  }

  createTopic(topic: string, queues: number): void {
    if (this.queues.has(topic)) return
    this.queues.set(
      topic,
      Array.from({ length: queues }, () => [])
    )
    this.#onTopic?.()
  }

  /** Replaces the answers to a request until the returned function is called. */
  script<R extends AnyRequestRow>(row: R, script: Script<R>): () => void {
    this.#scripts.set(row.name, script as unknown as Script<AnyRequestRow>)
    return () => void this.#scripts.delete(row.name)
  }

  /** How often a request came. */
  count(name: string): number {
    return this.requests.filter((request) => request.name === name).length
  }

  committed(group: string, topic: string, queueId: number): number | undefined {
    return this.offsets.get(`${group} ${topic} ${queueId}`)
  }

  messages(topic: string): readonly StoredMessage[] {
    return (this.queues.get(topic) ?? []).flat()
  }

  /** Forgets the messages below an offset. */
  expire(topic: string, queueId: number, minOffset: number): void {
    this.#minOffsets.set(`${topic} ${queueId}`, minOffset)
  }

  /** Pulls it holds now. */
  get heldPulls(): number {
    return this.#held.size
  }

  /** Stores a message as if somebody else had sent it. */
  store(topic: string, queueId: number, body: string | Buffer, properties: Readonly<Record<string, string>> = {}): StoredMessage {
    return this.#append({ topic, queueId, body: Buffer.from(body), properties: encodeProperties(Object.entries(properties)) })
  }

  /** Tells the members of a group that they changed. */
  notify(group: string): void {
    for (const peer of this.members.get(group)?.values() ?? []) {
      peer.invokeOneway(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: group })
    }
  }

  #on<R extends AnyRequestRow>(server: RemotingServer, row: R, process: (request: ServerRequest<R>) => Answer<R> | Held): void {
    server.register(row, (request) => {
      this.requests.push({ name: row.name, header: request.header as Readonly<Record<string, unknown>> })
      const scripted = this.#scripts.get(row.name)?.(request as unknown as ServerRequest) as Answer<R> | Held | undefined
      return scripted ?? process(request)
    })
  }

  #register(server: RemotingServer): void {
    this.#on(server, RequestCode.SEND_MESSAGE_V2, (request) => this.#send(request))
    this.#on(server, RequestCode.SEND_BATCH_MESSAGE, (request) => this.#sendBatch(request))
    this.#on(server, RequestCode.PULL_MESSAGE, (request) => this.#pull(request, true))
    this.#on(server, RequestCode.HEART_BEAT, ({ body, peer }) => {
      for (const { groupName } of body.consumerDataSet) this.#joined(groupName, body.clientID, peer)
      return SUCCESS
    })
    this.#on(server, RequestCode.UNREGISTER_CLIENT, ({ header }) => {
      if (header.consumerGroup !== undefined && this.members.get(header.consumerGroup)?.delete(header.clientID))
        this.notify(header.consumerGroup)
      return SUCCESS
    })
    this.#on(server, RequestCode.GET_CONSUMER_LIST_BY_GROUP, ({ header }) => {
      const ids = [...(this.members.get(header.consumerGroup)?.keys() ?? [])]
      if (ids.length === 0) return { code: ResponseCode.SYSTEM_ERROR, remark: 'no consumer for this group' }
      return { code: ResponseCode.SUCCESS, body: { consumerIdList: ids } }
    })
    this.#on(server, RequestCode.QUERY_CONSUMER_OFFSET, ({ header }) => {
      const offset = this.committed(header.consumerGroup, header.topic, header.queueId)
      if (offset === undefined) return { code: ResponseCode.QUERY_NOT_FOUND, remark: 'not found' }
      return { code: ResponseCode.SUCCESS, header: { offset } }
    })
    this.#on(server, RequestCode.UPDATE_CONSUMER_OFFSET, ({ header }) => {
      this.offsets.set(`${header.consumerGroup} ${header.topic} ${header.queueId}`, header.commitOffset)
      return SUCCESS
    })
    this.#on(server, RequestCode.GET_MAX_OFFSET, ({ header }) => ({
      code: ResponseCode.SUCCESS,
      header: { offset: this.#queue(header.topic, header.queueId).length }
    }))
    this.#on(server, RequestCode.GET_MIN_OFFSET, ({ header }) => ({
      code: ResponseCode.SUCCESS,
      header: { offset: this.#minOffsets.get(`${header.topic} ${header.queueId}`) ?? 0 }
    }))
    this.#on(server, RequestCode.SEARCH_OFFSET_BY_TIMESTAMP, ({ header }) => {
      const queue = this.#queue(header.topic, header.queueId)
      const at = queue.findIndex(({ storeTimestamp }) => storeTimestamp >= header.timestamp)
      return { code: ResponseCode.SUCCESS, header: { offset: at < 0 ? queue.length : at } }
    })
    this.#on(server, RequestCode.CONSUMER_SEND_MSG_BACK, ({ header }) => {
      const message = this.#log[header.offset]
      if (message === undefined) return { code: ResponseCode.SYSTEM_ERROR, remark: 'look message by offset failed' }
      this.#takeBack(message, header.group, header.delayLevel, header.maxReconsumeTimes ?? 16, header.originTopic ?? message.topic)
      return SUCCESS
    })
  }

  #joined(group: string, clientId: string, peer: Peer): void {
    this.createTopic(retryTopic(group), 1)
    const members = this.members.get(group) ?? new Map<string, Peer>()
    this.members.set(group, members)
    const isNew = members.get(clientId) !== peer
    members.set(clientId, peer)
    if (isNew) this.notify(group)
  }

  #left(peer: Peer): void {
    for (const pull of [...this.#held]) if (pull.request.peer === peer) this.#release(pull)
    for (const [group, members] of this.members) {
      for (const [clientId, one] of members) if (one === peer && members.delete(clientId)) this.notify(group)
    }
  }

  #send({ header, body }: ServerRequest<typeof RequestCode.SEND_MESSAGE_V2>): Answer<typeof RequestCode.SEND_MESSAGE_V2> {
    if (!this.queues.has(header.topic)) this.createTopic(header.topic, header.defaultTopicQueueNums)
    const properties = Buffer.from(header.properties ?? '')
    const level = Number(findProperty(properties, 'DELAY') ?? 0)
    const { topic, queueId, flag, sysFlag, bornTimestamp } = header
    const reconsumeTimes = header.reconsumeTimes ?? 0
    const isDead = topic.startsWith('%RETRY%') && reconsumeTimes > (header.maxReconsumeTimes ?? 16)
    const place = isDead ? { topic: dlqTopic(topic.slice('%RETRY%'.length)), queueId: 0 } : { topic, queueId }
    const message = { ...place, body, properties, flag, sysFlag, bornTimestamp, reconsumeTimes }
    if (level > 0 && !isDead) {
      this.#clock.setTimeout(() => this.#append(message), (SECONDS_BY_LEVEL[level] ?? 7200) * 1000)
      return this.#stored(topic, queueId, 0, 0)
    }
    const { queueOffset, physicalOffset } = this.#append(message)
    return this.#stored(topic, queueId, queueOffset, physicalOffset)
  }

  #stored(_topic: string, queueId: number, queueOffset: number, physicalOffset: number): Answer<typeof RequestCode.SEND_MESSAGE_V2> {
    const msgId = offsetMessageId(this.host, this.port, physicalOffset)
    return { code: ResponseCode.SUCCESS, header: { msgId, queueId, queueOffset } }
  }

  #sendBatch({ header, body }: ServerRequest<typeof RequestCode.SEND_BATCH_MESSAGE>): Answer<typeof RequestCode.SEND_BATCH_MESSAGE> {
    if (!this.queues.has(header.topic)) this.createTopic(header.topic, header.defaultTopicQueueNums)
    const { topic, queueId, sysFlag, bornTimestamp } = header
    const stored = decodeBatch(body).map((one) => this.#append({ topic, queueId, sysFlag, bornTimestamp, ...one }))
    const msgId = stored.map(({ physicalOffset }) => offsetMessageId(this.host, this.port, physicalOffset)).join(',')
    return { code: ResponseCode.SUCCESS, header: { msgId, queueId, queueOffset: stored[0]?.queueOffset ?? 0 } }
  }

  #append(content: Pick<StoredMessage, 'topic' | 'queueId' | 'body' | 'properties'> & Partial<StoredMessage>): StoredMessage {
    this.createTopic(content.topic, content.queueId + 1)
    const queue = this.#queue(content.topic, content.queueId)
    const now = this.#clock.now()
    const message: StoredMessage = {
      flag: 0,
      sysFlag: 0,
      reconsumeTimes: 0,
      bornTimestamp: now,
      ...content,
      // Kept apart from the buffer the request came in.
      body: Buffer.from(content.body),
      properties: Buffer.from(content.properties),
      queueOffset: queue.length,
      physicalOffset: this.#log.length,
      storeTimestamp: now
    }
    queue.push(message)
    this.#log.push(message)
    for (const pull of [...this.#held]) this.#wake(pull, message)
    return message
  }

  #wake(pull: HeldPull, { topic, queueId }: StoredMessage): void {
    const { header } = pull.request
    if (header.topic !== topic || header.queueId !== queueId) return
    this.#release(pull)
    const answer = this.#pull(pull.request, false)
    if (answer !== held) pull.request.answer(answer)
  }

  #release(pull: HeldPull): void {
    pull.timer.cancel()
    this.#held.delete(pull)
  }

  #pull(request: ServerRequest<typeof RequestCode.PULL_MESSAGE>, mayHold: boolean): Answer<typeof RequestCode.PULL_MESSAGE> | Held {
    const { topic, queueId, queueOffset, maxMsgNums, suspendTimeoutMillis } = request.header
    const queue = this.#queue(topic, queueId)
    const minOffset = this.#minOffsets.get(`${topic} ${queueId}`) ?? 0
    const answer = (code: number, nextBeginOffset: number, body?: Buffer): Answer<typeof RequestCode.PULL_MESSAGE> => ({
      code,
      header: { suggestWhichBrokerId: 0, nextBeginOffset, minOffset, maxOffset: queue.length },
      ...(body === undefined ? {} : { body })
    })
    if (queueOffset < minOffset || queueOffset > queue.length) {
      return answer(ResponseCode.PULL_OFFSET_MOVED, queueOffset < minOffset ? minOffset : queue.length)
    }
    const found = queue.slice(queueOffset, queueOffset + maxMsgNums)
    const wanted = found.filter((message) => this.#isWanted(message, request))
    const next = queueOffset + found.length
    if (wanted.length > 0) return answer(ResponseCode.SUCCESS, next, Buffer.concat(wanted.map((message) => this.record(message))))
    if (found.length > 0) return answer(ResponseCode.PULL_RETRY_IMMEDIATELY, next)
    if (!mayHold) return answer(ResponseCode.PULL_NOT_FOUND, queueOffset)
    const pull: HeldPull = {
      request,
      timer: this.#clock.setTimeout(() => {
        this.#held.delete(pull)
        request.answer(answer(ResponseCode.PULL_NOT_FOUND, queueOffset))
      }, suspendTimeoutMillis)
    }
    this.#held.add(pull)
    return held
  }

  /** By hash code, as real brokers filter. The expression of a heartbeat is not kept: only one in the header filters. */
  #isWanted({ properties }: StoredMessage, { header }: ServerRequest<typeof RequestCode.PULL_MESSAGE>): boolean {
    if (header.subscription === undefined || header.subscription === '*') return true
    const codes = header.subscription.split('||').map((tag) => javaStringHashCode(tag.trim()))
    const tag = findProperty(properties, 'TAGS')
    return tag !== undefined && codes.includes(javaStringHashCode(tag))
  }

  #takeBack(message: StoredMessage, group: string, delayLevel: number, maxReconsumeTimes: number, originTopic: string): void {
    const properties = decodeProperties(message.properties)
    if (!properties.has('RETRY_TOPIC')) properties.set('RETRY_TOPIC', originTopic)
    const { body, flag, sysFlag, bornTimestamp, reconsumeTimes } = message
    const common = { body, flag, sysFlag, bornTimestamp, reconsumeTimes: reconsumeTimes + 1, properties: encodeProperties(properties) }
    if (delayLevel < 0 || reconsumeTimes >= maxReconsumeTimes) {
      this.#append({ ...common, topic: dlqTopic(group), queueId: 0 })
      return
    }
    const level = delayLevel === 0 ? 3 + reconsumeTimes : delayLevel
    const append = (): void => void this.#append({ ...common, topic: retryTopic(group), queueId: 0 })
    this.#clock.setTimeout(append, (SECONDS_BY_LEVEL[level] ?? 7200) * 1000)
  }

  /** The message as the wire carries it. */
  record(message: StoredMessage): Buffer {
    const content = {
      ...message,
      bornHost: { host: '127.0.0.1', port: 1 },
      storeHost: { host: this.host, port: this.port },
      preparedTransactionOffset: 0
    }
    const target = Buffer.alloc(recordSize(content))
    writeRecord(target, 0, content, message)
    return target
  }

  #queue(topic: string, queueId: number): StoredMessage[] {
    return this.queues.get(topic)?.[queueId] ?? []
  }
}
