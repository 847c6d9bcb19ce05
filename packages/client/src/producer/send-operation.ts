import { RemotingClosedError, RemotingConnectError, type RemotingResponse, type ResponseListener } from '@rocketmq-ts/remoting'
import { sharedSignal, type Timer } from 'net-ts-protocol-kit'
import { backoffMs } from '../backoff'
import { BrokerUnknownError, type SendAttempt, type SendError, type Sent } from '../errors'
import type { MessageQueue } from '../message-queue'
import { refusal } from '../requests'
import { MASTER_ID } from '../route/topic-route'
import type { Outgoing } from './outgoing'
import type { ProducerParts } from './producer-parts'
import { isOrdered } from './queue-choice'
import { type SendReceipt, type SendStatus, sendStatus } from './receipt'
import { isWorthAnother, sendDecision } from './send-decision'
import { abortedSend, type FailedSend, gaveUp, noQueue } from './send-errors'
import { type SendRow, sendHeader, sendRow } from './send-request'

/** How a send ends. */
export interface SendEnd {
  sent(receipt: SendReceipt): void
  failed(error: SendError): void
}

/** Pause before the same broker is tried again. */
const SAME_BROKER_BACKOFF = { firstMs: 100, capMs: 1000 }

const NO_ATTEMPTS: readonly SendAttempt[] = []

/** One send from its first attempt to its end. Each attempt chooses its queue anew, unless the send is ordered. */
export class SendOperation implements ResponseListener<SendRow> {
  readonly #parts: ProducerParts
  readonly #outgoing: Outgoing
  readonly #row: SendRow
  readonly #end: SendEnd
  readonly #ended: () => void
  readonly #startedAt: number
  readonly #timeoutMs: number
  #attempts = NO_ATTEMPTS
  #sent: Sent = 'no'
  #queue: MessageQueue | undefined
  #address: string | undefined
  #pause: Timer | undefined

  /** @param ended is called once, whatever the end. */
  constructor(parts: ProducerParts, outgoing: Outgoing, end: SendEnd, ended: () => void) {
    this.#parts = parts
    this.#outgoing = outgoing
    this.#row = sendRow(outgoing)
    this.#end = end
    this.#ended = ended
    this.#startedAt = parts.clock.monotonic()
    this.#timeoutMs = outgoing.options.timeoutMs ?? parts.options.sendTimeoutMs
  }

  /** Sends at once when the topic's route is known. */
  start(): void {
    const { topic, options } = this.#outgoing
    if (options.signal?.aborted) this.#aborted()
    else if (topic.entry?.route !== undefined) this.#attempt()
    else
      this.#parts.findRoute(topic).then(
        () => this.#attempt(),
        (error: unknown) => this.#noRoute(error)
      )
  }

  #attempt(): void {
    const { topic, options } = this.#outgoing
    this.#queue = this.#parts.choice.choose(topic, options, this.#queue?.brokerName)
    if (this.#queue === undefined) this.#noRoute(undefined)
    else this.#sendTo(this.#queue)
  }

  #sendTo(queue: MessageQueue): void {
    const { topic, body } = this.#outgoing
    const address = topic.entry?.route?.brokers.get(queue.brokerName)?.get(MASTER_ID)
    this.#address = address
    if (address === undefined) {
      this.failed(new BrokerUnknownError(queue.brokerName, 'master'))
      return
    }
    const header = sendHeader(this.#parts, this.#outgoing, queue)
    this.#parts.remoting.request(address, this.#row, header, body, this.#invokeOptions(), this)
  }

  /** @internal For the transport. */
  answered(response: RemotingResponse<SendRow>): void {
    const queue = this.#queue
    if (queue === undefined) return
    const status = sendStatus(response.code)
    const receipt = status === undefined ? this.#refused(response) : this.#receipt(response, status, queue)
    if (receipt === undefined) return
    this.#parts.choice.succeeded(queue.brokerName)
    this.#ended()
    this.#end.sent(receipt)
  }

  #refused(response: RemotingResponse<SendRow>): undefined {
    this.failed(refusal(this.#row, response))
  }

  /** `undefined` when the answer lacks what it must have: then the send has failed. */
  #receipt(response: RemotingResponse<SendRow>, status: SendStatus, queue: MessageQueue): SendReceipt | undefined {
    try {
      const { msgId, queueId, queueOffset } = response.header
      const place = queueId === queue.queueId ? queue : { ...queue, queueId }
      return { status, messageId: this.#outgoing.messageId, offsetMessageId: msgId, queue: place, queueOffset }
    } catch (error) {
      this.failed(error)
      return undefined
    }
  }

  /** @internal For the transport. */
  failed(error: unknown): void {
    const { topic, options } = this.#outgoing
    this.#attempts = [...this.#attempts, { queue: this.#queue, address: this.#address, error }]
    const attemptsLeft = this.#parts.options.retries + 1 - this.#attempts.length
    const decision = sendDecision({ error, isOrdered: isOrdered(options), sentBefore: this.#sent, attemptsLeft })
    this.#sent = decision.sent
    if (this.#queue !== undefined && isWorthAnother(error)) this.#parts.choice.failed(this.#queue.brokerName)
    if (options.signal?.aborted) {
      this.#aborted()
    } else if (decision.retry && !(error instanceof RemotingClosedError)) {
      this.#parts.refreshRoute(topic)
      this.#tryAgain(error)
    } else {
      this.#gaveUp()
    }
  }

  /** At once at another broker; after a pause at the same one, which lasts until a connection with it may be made again. */
  #tryAgain(error: unknown): void {
    const { clock } = this.#parts
    const backoff = Math.max(backoffMs(this.#attempts.length, SAME_BROKER_BACKOFF, clock.random()), connectPauseMs(error))
    const pauseMs = this.#hasOtherBroker() ? 0 : backoff
    if (pauseMs >= this.#timeLeftMs()) this.#gaveUp()
    else if (pauseMs === 0) this.#attempt()
    else this.#attemptAfter(pauseMs)
  }

  #attemptAfter(pauseMs: number): void {
    const { signal } = this.#outgoing.options
    const abort = (): void => this.#aborted()
    if (signal !== undefined) sharedSignal(signal).addEventListener('abort', abort, { once: true })
    this.#pause = this.#parts.clock.setTimeout(() => {
      signal?.removeEventListener('abort', abort)
      this.#attempt()
    }, pauseMs)
  }

  #hasOtherBroker(): boolean {
    const { topic, options } = this.#outgoing
    const last = this.#queue?.brokerName
    return !isOrdered(options) && (topic.entry?.route?.publishQueues.some((queue) => queue.brokerName !== last) ?? false)
  }

  #invokeOptions(): { readonly timeoutMs: number; readonly signal?: AbortSignal } {
    const timeoutMs = this.#attempts === NO_ATTEMPTS ? this.#timeoutMs : this.#timeLeftMs()
    const { signal } = this.#outgoing.options
    return signal === undefined ? { timeoutMs } : { timeoutMs, signal }
  }

  #timeLeftMs(): number {
    return this.#timeoutMs - (this.#parts.clock.monotonic() - this.#startedAt)
  }

  #noRoute(error: unknown): void {
    this.#fail(noQueue(this.#failedSend(), error))
  }

  #aborted(): void {
    this.#pause?.cancel()
    this.#fail(abortedSend(this.#failedSend(), this.#outgoing.options.signal?.reason))
  }

  #gaveUp(): void {
    this.#fail(gaveUp(this.#failedSend()))
  }

  #fail(error: SendError): void {
    this.#ended()
    this.#end.failed(error)
  }

  #failedSend(): FailedSend {
    const { topic, messageId } = this.#outgoing
    return { topic: topic.name, messageId, attempts: this.#attempts, sent: this.#sent }
  }
}

/** How long no connection is made after one failed: an attempt meanwhile is lost for nothing. */
function connectPauseMs(error: unknown): number {
  const retryInMs = error instanceof RemotingConnectError ? error.facts['retryInMs'] : undefined
  return typeof retryInMs === 'number' ? retryInMs : 0
}
