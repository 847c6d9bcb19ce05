import { type ByteStream, type Network, realNetwork } from 'net-ts-protocol-kit'
import { Code, decodeFrame, encodeFrame, type Frame } from './tap/frame'
import { FrameCutter } from './tap/frame-cutter'

/**
 * A connection of the suite's own to a nameserver or broker, speaking frames by hand: it creates topics, asks for offsets and
 * holds long polls without any of the code under test.
 */
export class Probe {
  readonly #stream: ByteStream
  readonly #cutter = new FrameCutter()
  readonly #waiting = new Map<number, { resolve(frame: Frame): void; reject(error: Error): void }>()
  #opaque = 0

  private constructor(stream: ByteStream) {
    this.#stream = stream
    stream.start({
      data: (chunk) => this.#receive(chunk),
      drain: () => undefined,
      end: () => stream.destroy(),
      close: () => this.#fail()
    })
  }

  /** `network`: one of a tap, when faults are to strike what is asked. */
  static async connect(address: string, network: Network = realNetwork): Promise<Probe> {
    const colon = address.lastIndexOf(':')
    return new Probe(await network.connect({ host: address.slice(0, colon), port: Number(address.slice(colon + 1)) }))
  }

  /** Sends a request and resolves with its answer, whatever its code. */
  ask(code: number, fields: Readonly<Record<string, string | number | boolean>>, body = Buffer.alloc(0)): Promise<Frame> {
    this.#opaque += 1
    const opaque = this.#opaque
    const texts = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)]))
    const frame: Frame = { encoding: 'json', code, language: 'JAVA', version: 407, opaque, flag: 0, remark: undefined, fields: texts, body }
    return new Promise((resolve, reject) => {
      this.#waiting.set(opaque, { resolve, reject })
      this.#stream.write(encodeFrame(frame))
    })
  }

  /** Next offset to be written in a queue. */
  async maxOffset(topic: string, queueId: number): Promise<number> {
    const answer = await this.#demand(Code.GET_MAX_OFFSET, { topic, queueId })
    return Number(answer.fields['offset'])
  }

  /** What a group has committed, or −1. */
  async committed(group: string, topic: string, queueId: number): Promise<number> {
    const fields = { consumerGroup: group, topic, queueId, setZeroIfNotFound: false }
    const answer = await this.ask(Code.QUERY_CONSUMER_OFFSET, fields)
    return answer.code === 0 ? Number(answer.fields['offset']) : -1
  }

  async createTopic(topic: string, queues: number): Promise<void> {
    await this.#demand(Code.UPDATE_AND_CREATE_TOPIC, {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: queues,
      writeQueueNums: queues,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false
    })
  }

  /** Asked of a nameserver: the name of the broker that has a topic, if it knows one. */
  async brokerOf(topic: string): Promise<string | undefined> {
    const { body } = await this.ask(Code.GET_ROUTEINFO_BY_TOPIC, { topic })
    return /"brokerName":"([^"]+)"/.exec(body.toString('utf8'))?.[1]
  }

  close(): void {
    this.#stream.destroy()
  }

  async #demand(code: number, fields: Readonly<Record<string, string | number | boolean>>): Promise<Frame> {
    const answer = await this.ask(code, fields)
    if (answer.code !== 0) throw new Error(`request ${code} ${JSON.stringify(fields)} was answered ${answer.code} ${answer.remark}`)
    return answer
  }

  #receive(chunk: Buffer): void {
    for (const frame of this.#cutter.push(chunk).map(decodeFrame)) {
      this.#waiting.get(frame.opaque)?.resolve(frame)
      this.#waiting.delete(frame.opaque)
    }
  }

  #fail(): void {
    const error = new Error('the probe lost its connection')
    for (const { reject } of this.#waiting.values()) reject(error)
    this.#waiting.clear()
  }
}
