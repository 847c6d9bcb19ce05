import { type Client, type ClientOptions, connect } from '@rocketmq-ts/client'
import { type ByteStream, ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { answerTo, Code, decodeFrame, encodeFrame, type Frame, isAnswer, isOneway } from '../../contract/tap/frame'
import { FrameCutter } from '../../contract/tap/frame-cutter'
import { LogLines } from './log-lines'

export const NAMESERVER = '127.0.0.1:9876'
export const BROKER = '127.0.0.1:10911'
const GET_ROUTE = Code.GET_ROUTEINFO_BY_TOPIC
const UNREGISTER_CLIENT = 35

/** What a hostile server does with a request: frames or bare bytes to write, nothing, or the end of the connection. */
export type Reply = Frame | Buffer | ReadonlyArray<Frame | Buffer> | 'silence' | 'close'
export type Script = (request: Frame, connection: HostileConnection) => Reply

/** A connection as the hostile server sees it. */
export interface HostileConnection {
  write(bytes: Frame | Buffer): void
}

/** A nameserver and a broker that answer soundly, as far as a client needs it, until a script answers in their place. */
export class HostileCluster {
  readonly clock = new ManualClock()
  readonly network = new MemoryNetwork({ clock: this.clock, chunks: 'whole' })
  readonly log = new LogLines()
  /** Every request that came, in order. */
  readonly requests: Frame[] = []
  readonly connections: HostileConnection[] = []
  readonly #scripts = new Map<number, Script>()
  readonly #clients: Client[] = []
  #onConnect: (connection: HostileConnection, port: number) => void = () => {}

  static async start(): Promise<HostileCluster> {
    const cluster = new HostileCluster()
    for (const port of [9876, 10911]) {
      await cluster.network.listen({ host: '127.0.0.1', port }, (stream) => cluster.#accept(stream, port))
    }
    return cluster
  }

  /** Answers requests of a code from now on. */
  script(code: number, script: Script): void {
    this.#scripts.set(code, script)
  }

  /** Is told of every connection, to write before anything is asked. */
  onConnect(listener: (connection: HostileConnection, port: number) => void): void {
    this.#onConnect = listener
  }

  connect(options: Partial<ClientOptions> = {}): Promise<Client> {
    const { clock, network, log: logger } = this
    return connect({ nameservers: NAMESERVER, clock, network, logger, clientId: 'victim', ...options }).then((client) => {
      this.#clients.push(client)
      return client
    })
  }

  count(code: number): number {
    return this.requests.filter((request) => request.code === code && !isAnswer(request)).length
  }

  /** What a promise comes to, moving time while it waits. */
  async outcome<T>(promise: Promise<T>, limitMs = 120_000): Promise<{ readonly value?: T; readonly error?: unknown }> {
    let outcome: { value?: T; error?: unknown } | undefined
    promise.then(
      (value) => {
        outcome = { value }
      },
      (error: unknown) => {
        outcome = { error }
      }
    )
    await this.clock.settle()
    for (let passedMs = 0; outcome === undefined && passedMs < limitMs; passedMs += 100) await this.clock.advance(100)
    return outcome ?? { error: new Error(`not settled within ${limitMs} ms`) }
  }

  /** Waits for work on Node's thread pool, which the hand-driven clock does not see. */
  async until(isDone: () => boolean, patienceMs = 20_000): Promise<void> {
    for (const deadline = performance.now() + patienceMs; !isDone() && performance.now() < deadline; ) {
      await new Promise((resolve) => setTimeout(resolve, 2))
      await this.clock.settle()
    }
  }

  async close(): Promise<void> {
    for (const client of this.#clients) await this.outcome(client.close({ timeoutMs: 2000 }))
  }

  #accept(stream: ByteStream, port: number): void {
    const cutter = new FrameCutter()
    const write = (bytes: Frame | Buffer): void => void stream.write(Buffer.isBuffer(bytes) ? bytes : encodeFrame(bytes))
    const connection = { write }
    this.connections.push(connection)
    stream.start({
      data: (chunk) => {
        for (const bytes of cutter.push(chunk)) this.#reply(decodeFrame(Buffer.from(bytes)), stream, connection)
      },
      drain: () => {},
      end: () => stream.end(),
      close: () => {}
    })
    this.#onConnect(connection, port)
  }

  #reply(frame: Frame, stream: ByteStream, connection: HostileConnection): void {
    this.requests.push(frame)
    if (isAnswer(frame)) return
    const reply = (this.#scripts.get(frame.code) ?? sound)(frame, connection)
    if (reply === 'close') stream.destroy()
    else if (reply !== 'silence' && !isOneway(frame)) for (const one of [reply].flat() as Array<Frame | Buffer>) connection.write(one)
  }
}

/** An answer with a body. */
export function answer(request: Frame, code: number, fields: Readonly<Record<string, string>>, body: Buffer | string): Frame {
  return { ...answerTo(request, code, fields), body: Buffer.from(body) }
}

/** A route to one broker with so many queues. */
export function route(queues = 1): Buffer {
  const queueDatas = [{ brokerName: 'broker-a', readQueueNums: queues, writeQueueNums: queues, perm: 6, topicSysFlag: 0 }]
  const brokerDatas = [{ cluster: 'c', brokerName: 'broker-a', brokerAddrs: { 0: BROKER } }]
  return Buffer.from(JSON.stringify({ queueDatas, brokerDatas, filterServerTable: {} }))
}

/** The header of an answer to a pull. */
export function pulled(nextBeginOffset: number, maxOffset = nextBeginOffset): Readonly<Record<string, string>> {
  return { suggestWhichBrokerId: '0', nextBeginOffset: String(nextBeginOffset), minOffset: '0', maxOffset: String(maxOffset) }
}

const sound: Script = (request) => {
  switch (request.code) {
    case GET_ROUTE:
      return answer(request, 0, {}, route())
    case Code.GET_CONSUMER_LIST_BY_GROUP:
      return answer(request, 0, {}, '{"consumerIdList":["victim"]}')
    case Code.QUERY_CONSUMER_OFFSET:
    case Code.GET_MAX_OFFSET:
    case Code.GET_MIN_OFFSET:
    case Code.SEARCH_OFFSET_BY_TIMESTAMP:
      return answerTo(request, 0, { offset: '0' })
    case Code.SEND_MESSAGE_V2:
      return answerTo(request, 0, { msgId: '7F00000100002A9F0000000000000000', queueId: '0', queueOffset: '0' })
    case Code.PULL_MESSAGE:
      return 'silence'
    case Code.HEART_BEAT:
    case Code.UPDATE_CONSUMER_OFFSET:
    case Code.CONSUMER_SEND_MSG_BACK:
    case UNREGISTER_CLIENT:
      return answerTo(request, 0)
    default:
      return answerTo(request, 3)
  }
}
