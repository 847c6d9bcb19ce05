import { topicNameProblem } from '@rocketmq-ts/remoting/wire'
import { bytes, type Codec } from './codec'
import { OptionsError } from './errors'

/**
 * A topic's name together with the type of its values: made by `defineTopic`, used to send and to subscribe.
 *
 * @typeParam Out what a consumer gets as `message.value`
 * @typeParam In what a producer sends
 */
export interface Topic<Out = unknown, In = Out, Name extends string = string> {
  readonly name: Name
  readonly codec: Codec<Out, In>
}

/** Any topic, whatever its values. */
export type AnyTopic = Topic<unknown, never>

/**
 * Names a topic and says how its values become bodies.
 *
 * @throws OptionsError when the name is not one a broker accepts.
 */
export function defineTopic<const Name extends string, Out, In>(name: Name, codec: Codec<Out, In>): Topic<Out, In, Name> {
  const problem = topicNameProblem(name)
  if (problem !== undefined) throw new OptionsError(`defineTopic: ${problem}`, { name: String(name).slice(0, 256), problem })
  return Object.freeze({ name, codec })
}

/** What can be sent to a topic: its values, or bytes and text when only a name is given. */
export type ValueSentTo<T extends AnyTopic | string> = T extends Topic<infer _Out, infer In> ? In : Buffer | Uint8Array | string

const BYTES = bytes()

/** The topic itself, or one of bytes for a plain name. */
export function topicOf(topic: AnyTopic | string): AnyTopic {
  return typeof topic === 'string' ? { name: topic, codec: BYTES } : topic
}
