import { groupNameProblem } from '@rocketmq-ts/remoting/wire'
import { flag, milliseconds, readOptions, requiredText, wholeNumber } from '../options'

/** Settings of a producer. */
export interface ProducerOptions {
  /** Producer group, a name for what sends: brokers list producers by it. */
  readonly group: string
  /** For one send with its retries, milliseconds. Default 3000. */
  readonly sendTimeoutMs?: number
  /** How many more times a send is tried. Default 2. Ordered sends are tried again only when known not to be stored. */
  readonly retries?: number
  /** Bodies of so many bytes and more are compressed (zlib). `Infinity` for never. Default 4096. */
  readonly compressAboveBytes?: number
  /** Longest body, bytes. Raise it together with the broker's `maxMessageSize`. Default 4 MiB. */
  readonly maxMessageBytes?: number
  /** Queues per broker of a topic that the first send creates. Default 4. */
  readonly topicQueues?: number
  /** Whether round robin goes round a broker for 10 s after a send to it failed. Default `true`. */
  readonly faultAvoidance?: boolean
}

/** The same, complete. */
export type ResolvedProducerOptions = Required<ProducerOptions>

/** @throws OptionsError */
export function resolveProducerOptions(options: ProducerOptions): ResolvedProducerOptions {
  return readOptions<ResolvedProducerOptions>('producer', options, {
    group: requiredText((text) => groupNameProblem(text)),
    sendTimeoutMs: milliseconds(3000),
    retries: wholeNumber(2, { max: 100 }),
    compressAboveBytes: (value, name) => (value === Number.POSITIVE_INFINITY ? value : wholeNumber(4096, { min: 1 })(value, name)),
    maxMessageBytes: wholeNumber(4 * 1024 * 1024, { min: 1, max: 2 ** 30 }),
    topicQueues: wholeNumber(4, { min: 1, max: 1024 }),
    faultAvoidance: flag(true)
  })
}
