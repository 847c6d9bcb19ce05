import type { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode, responseCodeName, SystemTopic, type TopicRouteData } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'
import { causeText, type NameserverAnswer, NameserverUnreachableError } from '../errors'

/** What the nameservers said of a topic. */
export interface RouteAnswer {
  /** Of the first that knows the topic; `undefined` when none does. */
  readonly data: TopicRouteData | undefined
  /** Who was asked, in order, and what each answered. */
  readonly asked: readonly NameserverAnswer[]
  /** Whether at least one could be asked. */
  readonly isAnswered: boolean
}

/** Asking for it proves that a nameserver is there, whether it knows the topic or not. */
const PROBE_TOPIC = SystemTopic.AUTO_CREATE_TOPIC_KEY

/**
 * The nameservers of a cluster. One is asked, chosen by chance and kept while it works; the others only when it does not
 * answer or does not know (read in remoting/…/netty/NettyRemotingClient.java; official clients stop at the first answer).
 */
export class Nameservers {
  readonly addresses: readonly string[]
  readonly #remoting: RemotingClient
  readonly #timeoutMs: number
  #first: number

  constructor(remoting: RemotingClient, clock: Clock, addresses: readonly string[], timeoutMs: number) {
    this.addresses = addresses
    this.#remoting = remoting
    this.#timeoutMs = timeoutMs
    this.#first = Math.floor(clock.random() * addresses.length)
  }

  /**
   * Asks until one answers, whatever it answers.
   *
   * @throws NameserverUnreachableError naming each that was asked.
   */
  async prove(): Promise<void> {
    const { asked, isAnswered } = await this.routeOf(PROBE_TOPIC)
    if (!isAnswered) throw new NameserverUnreachableError(asked)
  }

  /** The route of a topic. Failures to ask are in the answer, not thrown. */
  async routeOf(topic: string): Promise<RouteAnswer> {
    const asked: NameserverAnswer[] = []
    let isAnswered = false
    for (let index = 0; index < this.addresses.length; index++) {
      const at = (this.#first + index) % this.addresses.length
      const address = this.addresses[at] ?? ''
      const one = await this.#ask(address, topic)
      asked.push({ address, answer: one.answer })
      isAnswered ||= one.isAnswered
      if (one.data === undefined) continue
      this.#first = at
      return { data: one.data, asked, isAnswered }
    }
    return { data: undefined, asked, isAnswered }
  }

  async #ask(address: string, topic: string): Promise<OneAnswer> {
    const header = { topic, acceptStandardJsonOnly: true }
    try {
      const response = await this.#remoting.invoke(address, RequestCode.GET_ROUTEINFO_BY_TOPIC, header, undefined, {
        timeoutMs: this.#timeoutMs
      })
      const data = response.code === ResponseCode.SUCCESS ? response.body : undefined
      const name = responseCodeName(response.code) ?? 'code'
      return { answer: data === undefined ? `${name} ${response.code}, ${response.remark ?? ''}` : 'a route', isAnswered: true, data }
    } catch (error) {
      return { answer: causeText(error), isAnswered: false, data: undefined }
    }
  }
}

interface OneAnswer {
  readonly answer: string
  readonly isAnswered: boolean
  readonly data: TopicRouteData | undefined
}
