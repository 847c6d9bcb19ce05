import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { realClock, realNetwork } from 'net-ts-protocol-kit'
import type { ServerSide } from './server-side'

/** Queues of every topic that is measured. */
export const QUEUES = 8
const TIMEOUT_MS = 10_000

/** What the benchmark itself asks of brokers, ours and official: topics, and how much is in them. */
export class BrokerAdmin {
  readonly #remoting = new RemotingClient({ clock: realClock, network: realNetwork })

  /** Creates a topic with 8 queues and waits until clients can find it. */
  async createTopic(server: ServerSide, topic: string): Promise<void> {
    const header = {
      topic,
      defaultTopic: 'TBW102',
      readQueueNums: QUEUES,
      writeQueueNums: QUEUES,
      perm: 6,
      topicFilterType: 'SINGLE_TAG',
      topicSysFlag: 0,
      order: false
    }
    const answer = await this.#remoting.invoke(server.broker, RequestCode.UPDATE_AND_CREATE_TOPIC, header, undefined, {
      timeoutMs: TIMEOUT_MS
    })
    if (answer.code !== ResponseCode.SUCCESS) throw new Error(`topic ${topic}: ${answer.code} ${answer.remark}`)
    await eventually(() => this.#hasRoute(server, topic), `the nameserver knows no ${topic}`)
  }

  /** How many messages the queues of a topic have ever taken. */
  async stored(server: ServerSide, topic: string): Promise<number> {
    const queues = Array.from({ length: QUEUES }, (_, queueId) => this.#maxOffset(server, topic, queueId))
    return (await Promise.all(queues)).reduce((sum, offset) => sum + offset, 0)
  }

  /** The same, once it is at least so many: the official broker builds its queues behind the answers. Gives up after 10 s. */
  async storedAtLeast(server: ServerSide, topic: string, wanted: number): Promise<number> {
    let stored = await this.stored(server, topic)
    await eventually(async () => {
      stored = await this.stored(server, topic)
      return stored >= wanted
    }).catch(() => {})
    return stored
  }

  close(): Promise<void> {
    return this.#remoting.close()
  }

  async #hasRoute(server: ServerSide, topic: string): Promise<boolean> {
    const answer = await this.#remoting.invoke(server.nameserver, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic }, undefined, {
      timeoutMs: TIMEOUT_MS
    })
    return answer.code === ResponseCode.SUCCESS
  }

  async #maxOffset(server: ServerSide, topic: string, queueId: number): Promise<number> {
    const answer = await this.#remoting.invoke(server.broker, RequestCode.GET_MAX_OFFSET, { topic, queueId }, undefined, {
      timeoutMs: TIMEOUT_MS
    })
    if (answer.code !== ResponseCode.SUCCESS) throw new Error(`offset of ${topic}: ${answer.code} ${answer.remark}`)
    return Number(answer.header.offset)
  }
}

async function eventually(isSo: () => Promise<boolean>, problem = 'it never came to be'): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    if (await isSo()) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(problem)
}
