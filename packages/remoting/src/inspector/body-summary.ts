/** One message in short. What a request or record does not say is left out. */
export interface MessageSummary {
  readonly topic: string | undefined
  readonly queueId?: number
  readonly queueOffset?: number
  /** The sender's unique key. */
  readonly id?: string | undefined
  /** Store host and physical offset. */
  readonly offsetMessageId?: string
  readonly tags?: string | undefined
  readonly keys?: string | undefined
  /** As on the wire, maybe compressed. */
  readonly bodyBytes: number
  readonly compression?: string | undefined
  readonly transaction?: 'prepared' | 'commit' | 'rollback' | undefined
  /** How many messages one record holds in its body. */
  readonly innerMessages?: string | undefined
  readonly reconsumeTimes?: number | undefined
  /** Milliseconds since the epoch, the sender's and the broker's clock. */
  readonly bornTime?: number
  readonly storeTime?: number
  /** Only with full bodies: those not named above. */
  readonly properties?: ReadonlyMap<string, string>
  /** Only with full bodies. */
  readonly content?: Content
}

/** Some bytes as they can be printed. */
export interface Content {
  readonly form: 'text' | 'hex'
  readonly text: string
  /** Bytes of the whole; `text` may hold fewer. */
  readonly bytes: number
  readonly isCut: boolean
  /** Why it is not what was sent: compressed, and not to be decompressed. */
  readonly problem?: string
}

export interface ConsumerSummary {
  readonly group: string
  readonly consumeType: string
  readonly messageModel: string
  readonly consumeFromWhere: string
  readonly subscriptions: ReadonlyArray<{ readonly topic: string; readonly expression: string; readonly type: string }>
}

export interface BrokerSummary {
  readonly name: string
  readonly cluster: string | undefined
  /** By broker id; 0 is the master. */
  readonly addresses: ReadonlyMap<number, string>
}

export interface QueuesSummary {
  readonly broker: string
  readonly readQueues: number
  readonly writeQueues: number
  /** `RW-`. */
  readonly perm: string
}

type Facts =
  | { readonly kind: 'none' }
  | { readonly kind: 'messages'; readonly count: number; readonly messages: readonly MessageSummary[] }
  | {
      readonly kind: 'heartbeat'
      readonly clientId: string
      readonly producers: readonly string[]
      readonly consumers: readonly ConsumerSummary[]
    }
  | { readonly kind: 'route'; readonly brokers: readonly BrokerSummary[]; readonly queues: readonly QueuesSummary[] }
  | { readonly kind: 'cluster'; readonly brokers: readonly BrokerSummary[] }
  | { readonly kind: 'registration'; readonly count: number; readonly topics: readonly string[] }
  | { readonly kind: 'properties'; readonly count: number; readonly properties: ReadonlyMap<string, string> }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text' | 'bytes' | 'unread'; readonly content?: Content }

/** What a body holds, as far as it is wanted. `unread` is one that nobody wanted. */
export type BodySummary = Facts & {
  readonly bytes: number
  /** Where it could not be read, and why. */
  readonly problem?: string | undefined
}
