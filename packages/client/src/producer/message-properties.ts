import {
  isReservedProperty,
  KEY_SEPARATOR,
  MAX_PROPERTIES_BYTES,
  MessageProperty,
  NAME_VALUE_SEPARATOR,
  PROPERTY_SEPARATOR,
  propertyProblem
} from '@rocketmq-ts/remoting/wire'
import { NotSentError } from '../errors'
import type { SendOptions } from './send-options'

/** A UTF-16 code unit has at most three bytes in UTF-8: shorter texts need no counting. */
const SURELY_FITTING_LENGTH = Math.floor(MAX_PROPERTIES_BYTES / 3)

/**
 * The property text of a message: the client's own, then the user's (read in common/…/message/MessageDecoder.java).
 *
 * @throws NotSentError `MESSAGE_INVALID`
 */
export function messageProperties(topic: string, messageId: string, options: SendOptions): string {
  let text = entry(MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, messageId)
  text += entry(MessageProperty.WAIT_STORE_MSG_OK, options.waitStoreMsgOk === false ? 'false' : 'true')
  if (options.tag !== undefined) text += tagEntry(topic, options.tag)
  if (options.keys !== undefined && options.keys.length > 0) text += keysEntry(topic, options.keys)
  if (options.delayLevel !== undefined) text += delayEntry(topic, options.delayLevel)
  if (options.shardingKey !== undefined) text += checkedEntry(topic, MessageProperty.SHARDING_KEY, options.shardingKey)
  if (options.properties !== undefined) text += userEntries(topic, options.properties)
  if (text.length > SURELY_FITTING_LENGTH) checkLength(topic, text)
  return text
}

/** The property text of a batch as a whole. Releases before 5.4.0 add it to each message's own. */
export function batchProperties(options: SendOptions): string {
  return entry(MessageProperty.WAIT_STORE_MSG_OK, options.waitStoreMsgOk === false ? 'false' : 'true')
}

/** A message that can never be sent as it is. */
export function invalidMessage(topic: string, problem: string): NotSentError {
  return new NotSentError('MESSAGE_INVALID', `message to ${topic} cannot be sent: ${problem}`, { topic }, { problem })
}

function tagEntry(topic: string, tag: string): string {
  if (typeof tag !== 'string' || tag.trim() !== tag || tag === '')
    throw invalidMessage(topic, 'tag must be a text without spaces around it')
  if (tag.includes('||')) throw invalidMessage(topic, 'tag must not contain "||", which separates tags in subscriptions')
  return checkedEntry(topic, MessageProperty.TAGS, tag)
}

function keysEntry(topic: string, keys: readonly string[]): string {
  for (const key of keys) {
    if (typeof key !== 'string' || key === '') throw invalidMessage(topic, 'keys must be texts that are not empty')
    if (key.includes(KEY_SEPARATOR)) throw invalidMessage(topic, `key ${JSON.stringify(key)} contains a space, which separates keys`)
  }
  return checkedEntry(topic, MessageProperty.KEYS, keys.join(KEY_SEPARATOR))
}

function delayEntry(topic: string, level: number): string {
  if (Number.isSafeInteger(level) && level >= 1 && level < 2 ** 31) return entry(MessageProperty.DELAY_TIME_LEVEL, String(level))
  throw invalidMessage(topic, `delayLevel must be a whole number from 1 on, not ${String(level)}`)
}

function userEntries(topic: string, properties: Readonly<Record<string, string>>): string {
  let text = ''
  for (const name of Object.keys(properties)) {
    if (isReservedProperty(name)) throw invalidMessage(topic, `property ${name} is RocketMQ's own: choose another name`)
    text += checkedEntry(topic, name, properties[name] ?? '')
  }
  return text
}

function checkedEntry(topic: string, name: string, value: string): string {
  const problem = typeof value === 'string' ? propertyProblem(name, value) : 'the value is no text'
  if (problem !== undefined) throw invalidMessage(topic, `property ${name.slice(0, 128)}: ${problem}`)
  return entry(name, value)
}

function entry(name: string, value: string): string {
  return name + NAME_VALUE_SEPARATOR + value + PROPERTY_SEPARATOR
}

function checkLength(topic: string, text: string): void {
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_PROPERTIES_BYTES) return
  throw invalidMessage(topic, `its properties have ${bytes} bytes, at most ${MAX_PROPERTIES_BYTES} are possible`)
}
