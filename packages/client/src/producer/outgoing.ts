import type { PublishTopic } from './publish-topic'
import type { SendOptions } from './send-options'

/** What one send is about; the same through all its attempts. */
export interface Outgoing {
  readonly topic: PublishTopic
  readonly body: Buffer
  /** Encoded. */
  readonly properties: string
  readonly sysFlag: number
  readonly messageId: string
  readonly isBatch: boolean
  readonly options: SendOptions
}
