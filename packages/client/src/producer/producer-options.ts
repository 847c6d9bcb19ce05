import {
  COMPRESSION_FLAGS,
  CompressionError,
  type CompressionType,
  groupNameProblem,
  loadCompression,
  MAX_COMPRESSION_LEVEL
} from '@rocketmq-ts/remoting/wire'
import { OptionsError } from '../errors'
import { flag, invalid, milliseconds, type OptionReader, readOptions, requiredText, wholeNumber } from '../options'

/** Settings of a producer. */
export interface ProducerOptions {
  /** Producer group, a name for what sends: brokers list producers by it. */
  readonly group: string
  /** For one send with its retries, milliseconds. Default 3000. */
  readonly sendTimeoutMs?: number
  /** How many more times a send is tried. Default 2. Ordered sends are tried again only when known not to be stored. */
  readonly retries?: number
  /** Bodies of so many bytes and more are compressed. `Infinity` for never. Default 4096. */
  readonly compressAboveBytes?: number
  /**
   * How bodies are compressed. `lz4` needs the package `lz4-napi`, `zstd` Node.js 22.15 or the package `@bokuweb/zstd-wasm`; consumers need
   * a client that reads it: this one, or official ones from 4.9.7 on. Default `zlib`, which everybody reads.
   */
  readonly compression?: CompressionType
  /** How hard to try. zlib: 1 to 9, default 5. zstd: 1 to 22, default 3. lz4 has one level. */
  readonly compressionLevel?: number
  /** Longest body, bytes. Raise it together with the broker's `maxMessageSize`. Default 4 MiB. */
  readonly maxMessageBytes?: number
  /** Queues per broker of a topic that the first send creates. Default 4. */
  readonly topicQueues?: number
  /** Whether round robin goes round a broker for 10 s after a send to it failed. Default `true`. */
  readonly faultAvoidance?: boolean
}

/** The same, complete. */
export interface ResolvedProducerOptions extends Required<Omit<ProducerOptions, 'compressionLevel'>> {
  /** `undefined` for that of the type. */
  readonly compressionLevel: number | undefined
}

/** @throws OptionsError also when what `compression` needs is not installed. */
export function resolveProducerOptions(options: ProducerOptions): ResolvedProducerOptions {
  const resolved = readOptions<ResolvedProducerOptions>('producer', options, {
    group: requiredText((text) => groupNameProblem(text)),
    sendTimeoutMs: milliseconds(3000),
    retries: wholeNumber(2, { max: 100 }),
    compressAboveBytes: (value, name) => (value === Number.POSITIVE_INFINITY ? value : wholeNumber(4096, { min: 1 })(value, name)),
    compression: readCompression,
    compressionLevel: readLevel,
    maxMessageBytes: wholeNumber(4 * 1024 * 1024, { min: 1, max: 2 ** 30 }),
    topicQueues: wholeNumber(4, { min: 1, max: 1024 }),
    faultAvoidance: flag(true)
  })
  checkLevel(resolved)
  return resolved
}

const readCompression: OptionReader<CompressionType> = (value, name) => {
  if (value === undefined) return 'zlib'
  if (!isCompression(value)) throw invalid(name, `must be one of ${Object.keys(COMPRESSION_FLAGS).join(', ')}`, value)
  try {
    // Who sends once it is loaded waits for it; who sends before waits a little longer.
    loadCompression(value)?.catch(() => undefined)
  } catch (cause) {
    if (cause instanceof CompressionError) throw new OptionsError(`${name}: ${cause.message}`, { option: 'compression', ...cause.facts })
    throw cause
  }
  return value
}

const readLevel: OptionReader<number | undefined> = (value, name) =>
  value === undefined ? undefined : wholeNumber(0, { min: 1 })(value, name)

function checkLevel({ compression, compressionLevel }: ResolvedProducerOptions): void {
  const max = MAX_COMPRESSION_LEVEL[compression]
  if (compressionLevel === undefined || compressionLevel <= max) return
  const rule = max === 0 ? `cannot be set: ${compression} has but one level` : `must be a whole number from 1 to ${max} for ${compression}`
  throw invalid('producer: compressionLevel', rule, compressionLevel)
}

function isCompression(value: unknown): value is CompressionType {
  return typeof value === 'string' && Object.hasOwn(COMPRESSION_FLAGS, value)
}
