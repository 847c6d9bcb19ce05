import {
  type AnyTopic,
  type DeadLetter,
  type Message,
  type MessageOfTopic,
  type MessageQueue,
  outcomeOf,
  QueueNotOwnedError,
  type Retry,
  type Unsettled,
  unsettled,
  type ValueSentTo
} from '@rocketmq-ts/client'
import { Delivery, type DeliveryEnd } from './delivery'

/** How a delivery was settled, for a test to look at. */
export type DeliveryOutcome =
  | { readonly kind: 'CONSUMED' }
  | Retry
  | DeadLetter
  /** It was left: comes again to the queue's next owner. */
  | Unsettled
  /** As when a push consumer's handler throws: comes again. */
  | { readonly kind: 'FAILED'; readonly error: unknown }

/** What a made message has besides its topic and value. */
export interface TestMessageOptions {
  readonly tag?: string
  readonly keys?: readonly string[]
  readonly shardingKey?: string
  readonly properties?: Readonly<Record<string, string>>
  /** Default 1. */
  readonly attempt?: number
  /** Default: `test-` and the queue offset. */
  readonly messageId?: string
  /** Default: queue 0 of the topic at `broker-a`. */
  readonly queue?: MessageQueue
  /** Default 0. */
  readonly queueOffset?: number
  /** Milliseconds since the epoch. Default 0. */
  readonly bornTimestampMs?: number
  /** Milliseconds since the epoch. Default: as `bornTimestampMs`. */
  readonly storeTimestampMs?: number
}

/** A delivery without a broker, that records how it was settled. */
export class TestDelivery<M extends Message = Message> extends Delivery<M> {
  readonly #record: Recorder

  /** @internal */
  constructor(message: M) {
    const record = new Recorder()
    super(message, record, record)
    this.#record = record
  }

  /** `undefined` while it is open, or when it has become void before. */
  get outcome(): DeliveryOutcome | undefined {
    return this.#record.outcome
  }

  /**
   * What happens when it takes too long or its queue goes to another member: its signal is aborted, settling it changes nothing.
   *
   * @param reason of the signal. Default: a `QueueNotOwnedError`.
   */
  lose(reason: unknown = new QueueNotOwnedError(this.message.queue)): void {
    this.#record.abort(reason)
    this.makeVoid()
    this.tellVoid()
  }
}

/**
 * A delivery to test a pipeline with, without a broker: made from a topic and a value as it would be sent.
 *
 *     const delivery = testDelivery(Orders, { id: 'o-1', total: -1 }, { attempt: 3 })
 *     await lastValueFrom(of(delivery).pipe(billing), { defaultValue: undefined })
 *     expect(delivery.outcome).toEqual(deadLetter())
 *
 * @throws what the topic's codec throws when the value cannot be encoded, or cannot be decoded again.
 */
export function testDelivery<const T extends AnyTopic | string>(
  topic: T,
  value: ValueSentTo<T>,
  options: TestMessageOptions = {}
): TestDelivery<MessageOfTopic<T>> {
  const message: unknown = typeof topic === 'string' ? plainMessage(topic, value, options) : coded(topic, value, options)
  return new TestDelivery(message as MessageOfTopic<T>)
}

/** The outcome recorded by the first settlement. */
class Recorder {
  readonly isClosing = false
  readonly #controller = new AbortController()
  outcome: DeliveryOutcome | undefined

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason)
  }

  settled(_: unknown, end: DeliveryEnd): void {
    if (end.kind === 'THREW') this.outcome = { kind: 'FAILED', error: end.error }
    else this.outcome = outcomeOf(end.returned) ?? { kind: 'CONSUMED' }
  }

  left(): void {
    this.outcome = unsettled()
  }
}

function plainMessage(topic: string, value: unknown, options: TestMessageOptions): Message {
  const body = typeof value === 'string' ? Buffer.from(value, 'utf8') : Buffer.from(value as Uint8Array)
  return testMessage(topic, body, body, options)
}

/** Through the codec and back, so that the value is what a consumer would get. */
function coded(topic: AnyTopic, value: unknown, options: TestMessageOptions): Message {
  const body = Buffer.from(topic.codec.encode(value as never))
  return testMessage(topic.name, body, topic.codec.decode(body), options)
}

function testMessage(topic: string, body: Buffer, value: unknown, options: TestMessageOptions): Message {
  const { queueOffset = 0, bornTimestampMs = 0, queue = { topic, brokerName: 'broker-a', queueId: 0 } } = options
  const message: Message = {
    topic,
    value,
    body,
    bodyBytes: body.length,
    messageId: options.messageId ?? `test-${queueOffset}`,
    offsetMessageId: `test-${queue.brokerName}-${queue.queueId}-${queueOffset}`,
    queue,
    queueOffset,
    tag: options.tag,
    keys: options.keys ?? [],
    shardingKey: options.shardingKey,
    properties: new Map(Object.entries(options.properties ?? {})),
    attempt: options.attempt ?? 1,
    bornTimestampMs,
    storeTimestampMs: options.storeTimestampMs ?? bornTimestampMs,
    bornHost: '127.0.0.1:0',
    flag: 0,
    detach: () => message
  }
  return Object.freeze(message)
}
