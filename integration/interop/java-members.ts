import { Inbox } from './inbox'
import type { JavaClient } from './java-client'

/** A message as it is handed to the official producer. */
export interface JavaMessage {
  readonly topic: string
  readonly body: Buffer
  readonly tag?: string
  readonly keys?: readonly string[]
  readonly properties?: Readonly<Record<string, string>>
  readonly delayLevel?: number
  readonly flag?: number
}

/** What the official producer was answered. */
export interface SentByJava {
  readonly status: string
  readonly msgId: string
  readonly offsetMsgId: string
  readonly brokerName: string
  readonly queueId: number
  readonly queueOffset: number
}

/** A message as an official consumer shows it. */
export interface ReceivedByJava {
  readonly topic: string
  readonly tag: string | null
  readonly keys: string | null
  readonly properties: Readonly<Record<string, string>>
  readonly msgId: string
  readonly brokerName: string
  readonly queueId: number
  readonly queueOffset: number
  readonly reconsumeTimes: number
  readonly flag: number
  readonly sysFlag: number
  readonly bodyLength: number
  readonly bodySha256: string
  /** Only of bodies up to 4 KiB. */
  readonly bodyBase64?: string
}

export interface JavaQueue {
  readonly topic: string
  readonly brokerName: string
  readonly queueId: number
}

export interface PushOptions {
  readonly group: string
  readonly topic: string
  /** `*` or tags joined by `||`. */
  readonly expression: string
  readonly orderly?: boolean
  readonly maxReconsumeTimes?: number
}

/** What all members share: the commands of one official client object. */
class JavaMember {
  readonly member: string
  readonly #client: JavaClient

  constructor(client: JavaClient, member: string) {
    this.#client = client
    this.member = member
  }

  protected async ask<Answer>(command: string, more: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return (await this.#client.call({ do: command, member: this.member, ...more })) as Answer
  }

  /** `shutdown()` of the official client. */
  async close(): Promise<void> {
    await this.ask('leave')
  }
}

/** `DefaultMQProducer`. */
export class JavaProducer extends JavaMember {
  send(message: JavaMessage): Promise<SentByJava> {
    return this.ask('send', { message: onTheLine(message) })
  }

  sendOneway(message: JavaMessage): Promise<null> {
    return this.ask('sendOneway', { message: onTheLine(message) })
  }

  sendBatch(messages: readonly JavaMessage[]): Promise<SentByJava> {
    return this.ask('sendBatch', { messages: messages.map(onTheLine) })
  }
}

/** `DefaultMQPushConsumer`. A message says itself how many of its attempts fail: user property `later`, with `delayLevel`. */
export class JavaPushConsumer extends JavaMember {
  readonly received = new Inbox<ReceivedByJava>()

  /** The queues it owns at the moment, without those of the retry topic. */
  queues(): Promise<JavaQueue[]> {
    return this.ask('queues')
  }
}

/** `DefaultLitePullConsumer`, assigned all queues of its topic, at their beginning. */
export class JavaLitePullConsumer extends JavaMember {
  queues(): Promise<JavaQueue[]> {
    return this.ask('queues')
  }

  poll(timeoutMs: number): Promise<ReceivedByJava[]> {
    return this.ask('poll', { timeoutMs })
  }

  seek(queueId: number, offset: number): Promise<null> {
    return this.ask('seek', { queueId, offset })
  }

  offsetOf(queueId: number, timestamp: number): Promise<number> {
    return this.ask('offsetOf', { queueId, timestamp })
  }

  committed(queueId: number): Promise<number> {
    return this.ask('committed', { queueId })
  }

  commit(): Promise<null> {
    return this.ask('commit')
  }
}

function onTheLine({ body, ...rest }: JavaMessage): object {
  return { ...rest, bodyBase64: body.toString('base64') }
}
