import { COMPRESSION_FLAGS, compressBody, encodeBatch } from '@rocketmq-ts/remoting/wire'
import { type CloseOptions, type CloseReport, COMPLETE, readCloseTimeout } from '../close-report'
import { causeText, EncodeError, NotSentError } from '../errors'
import { within } from '../sleep'
import { type AnyTopic, topicOf, type ValueSentTo } from '../topic'
import { batchProperties, invalidMessage, messageProperties } from './message-properties'
import type { Outgoing } from './outgoing'
import type { ProducerParts } from './producer-parts'
import type { PublishTopic, PublishTopics } from './publish-topic'
import type { BatchReceipt, SendReceipt } from './receipt'
import { sendOneway } from './send-oneway'
import { type SendEnd, SendOperation } from './send-operation'
import { type BatchEntry, type BatchOptions, checkMessageOptions, checkSendOptions, type SendOptions } from './send-options'

/** What a producer is given by its client. */
export interface ProducerSetup {
  readonly parts: ProducerParts
  readonly topics: PublishTopics
  /** Makes the next message id. */
  nextMessageId(): string
  /** Called when it takes no more messages: takes it out of its group. Never rejects. */
  left(): Promise<void>
}

const NO_OPTIONS: SendOptions = Object.freeze({})

/** Sends messages. Made by `client.producer()`; open until it or its client is closed. */
export class Producer {
  readonly group: string
  readonly #setup: ProducerSetup
  #isOpen = true
  #inFlight = 0
  #idle: (() => void) | undefined
  #closing: Promise<CloseReport> | undefined

  /** @internal */
  constructor(setup: ProducerSetup) {
    this.#setup = setup
    this.group = setup.parts.options.group
  }

  /**
   * Sends one message and resolves when a broker has taken it; see `SendReceipt.status` for how well it is stored. Sends in
   * one turn leave in one write: for throughput keep many under way. The bytes of a body must not change until then.
   *
   * Rejects with a {@link SendError}, whose `sent` says whether the message may be stored all the same.
   */
  send<T extends AnyTopic | string>(topic: T, value: ValueSentTo<T>, options: SendOptions = NO_OPTIONS): Promise<SendReceipt> {
    return new Promise((sent, failed) => {
      try {
        this.#send(this.#outgoing(topic, value, options), { sent, failed })
      } catch (error) {
        failed(error)
      }
    })
  }

  /**
   * Sends one message without asking whether it arrived. Resolves when it was handed to the connection, rejects with a
   * {@link NotSentError} when there is none.
   */
  async sendOneway<T extends AnyTopic | string>(topic: T, value: ValueSentTo<T>, options: SendOptions = NO_OPTIONS): Promise<void> {
    await sendOneway(this.#setup.parts, this.#outgoing(topic, value, options))
  }

  /**
   * Sends messages of one topic as one, into one queue, stored together or not at all. They may have no `delayLevel` and
   * take at most `maxMessageBytes` together. Rejects as `send`.
   */
  async sendBatch<T extends AnyTopic | string>(
    topic: T,
    entries: ReadonlyArray<BatchEntry<ValueSentTo<T>>>,
    options: BatchOptions = NO_OPTIONS
  ): Promise<BatchReceipt> {
    const { outgoing, messageIds } = this.#outgoingBatch(topic, entries, options)
    const receipt = await new Promise<SendReceipt>((sent, failed) => this.#start(outgoing, { sent, failed }))
    const { status, offsetMessageId, queue, queueOffset } = receipt
    return { status, messageIds, offsetMessageIds: offsetMessageId.split(','), queue, queueOffset }
  }

  /** Takes no more messages, waits for those under way and leaves the group. Settles by its deadline; may be called twice. */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    this.#closing ??= this.#close(readCloseTimeout('producer.close', options))
    return this.#closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #close(timeoutMs: number): Promise<CloseReport> {
    this.#isOpen = false
    const { clock } = this.#setup.parts
    const deadline = clock.monotonic() + timeoutMs
    if (this.#inFlight > 0) await within(clock, timeoutMs, new Promise<void>((resolve) => (this.#idle = resolve)))
    await within(clock, deadline - clock.monotonic(), this.#setup.left())
    return { ...COMPLETE, isComplete: this.#inFlight === 0, sends: this.#inFlight }
  }

  #outgoing(topic: AnyTopic | string, value: unknown, options: SendOptions): Outgoing {
    this.#requireOpen(topic)
    checkSendOptions(nameOf(topic), options)
    const publish = this.#setup.topics.get(nameOf(topic))
    const body = this.#body(topic, value)
    const messageId = this.#setup.nextMessageId()
    const properties = messageProperties(publish.name, messageId, options)
    return { topic: publish, body, properties, sysFlag: 0, messageId, isBatch: false, options }
  }

  #outgoingBatch(
    topic: AnyTopic | string,
    entries: ReadonlyArray<BatchEntry<unknown>>,
    options: BatchOptions
  ): { readonly outgoing: Outgoing; readonly messageIds: readonly string[] } {
    this.#requireOpen(topic)
    checkSendOptions(nameOf(topic), options)
    const publish = this.#setup.topics.get(nameOf(topic))
    if (entries.length === 0) throw invalidMessage(publish.name, 'a batch needs at least one message')
    const messageIds = entries.map(() => this.#setup.nextMessageId())
    const body = encodeBatch(entries.map((entry, at) => this.#batchMessage(topic, publish, entry, messageIds[at] ?? '')))
    this.#checkBody(publish.name, body)
    const messageId = messageIds[0] ?? ''
    const properties = batchProperties(options)
    return { outgoing: { topic: publish, body, properties, sysFlag: 0, messageId, isBatch: true, options }, messageIds }
  }

  #batchMessage(topic: AnyTopic | string, publish: PublishTopic, entry: BatchEntry<unknown>, messageId: string) {
    const { value, ...options } = entry
    checkMessageOptions(publish.name, options)
    const properties = Buffer.from(messageProperties(publish.name, messageId, options))
    return { flag: options.flag ?? 0, body: this.#body(topic, value), properties }
  }

  #body(topic: AnyTopic | string, value: unknown): Buffer {
    const body = encode(topic, value)
    this.#checkBody(nameOf(topic), body)
    return body
  }

  #checkBody(topic: string, { length }: Buffer): void {
    const { maxMessageBytes } = this.#setup.parts.options
    if (length === 0) throw invalidMessage(topic, 'its body is empty, which brokers refuse')
    if (length > maxMessageBytes)
      throw invalidMessage(topic, `its body has ${length} bytes, at most ${maxMessageBytes} are allowed (maxMessageBytes)`)
  }

  #send(outgoing: Outgoing, end: SendEnd): void {
    const { compressAboveBytes, compression, compressionLevel } = this.#setup.parts.options
    if (outgoing.body.length < compressAboveBytes) {
      this.#start(outgoing, end)
      return
    }
    const compressed = compressBody(outgoing.body, { type: compression, level: compressionLevel })
    if (compressed instanceof Promise) this.#startLater(outgoing, compressed, end)
    else this.#start(this.#smaller(outgoing, compressed), end)
  }

  #startLater(outgoing: Outgoing, compressed: Promise<Buffer>, end: SendEnd): void {
    compressed.then(
      (body) => this.#start(this.#smaller(outgoing, body), end),
      () => this.#start(outgoing, end)
    )
  }

  /** The compressed body when it is worth it. */
  #smaller(outgoing: Outgoing, body: Buffer): Outgoing {
    if (body.length >= outgoing.body.length) return outgoing
    return { ...outgoing, body, sysFlag: COMPRESSION_FLAGS[this.#setup.parts.options.compression] }
  }

  #start(outgoing: Outgoing, end: SendEnd): void {
    this.#inFlight++
    new SendOperation(this.#setup.parts, outgoing, end, this.#ended).start()
  }

  readonly #ended = (): void => {
    this.#inFlight--
    if (this.#inFlight === 0) this.#idle?.()
  }

  #requireOpen(topic: AnyTopic | string): void {
    if (this.#isOpen) return
    throw new NotSentError('CLOSED', `message to ${nameOf(topic)} is not stored: the producer is closed`, { topic: nameOf(topic) })
  }
}

function nameOf(topic: AnyTopic | string): string {
  return typeof topic === 'string' ? topic : topic.name
}

function encode(topic: AnyTopic | string, value: unknown): Buffer {
  try {
    const bytes = topicOf(topic).codec.encode(value as never)
    return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  } catch (error) {
    const cause = new EncodeError(nameOf(topic), error)
    throw new NotSentError('ENCODE_FAILED', causeText(cause), { topic: nameOf(topic), cause })
  }
}
