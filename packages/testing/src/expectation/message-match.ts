import { type AnyTopic, DecodeError } from '@rocketmq-ts/client'
import { ClusterOptionsError } from '../cluster-error'
import { refuseUnknown } from '../cluster-options'
import { type StoredMessage, type StoredMessageOf, topicOf } from '../inspection/stored-message'

/** Which messages are meant. All that is given must hold. */
export interface MessageMatch<T extends AnyTopic | string = string> {
  /** A topic made by `defineTopic`, or a name: then values are the bodies. Default: every topic of the group. */
  readonly topic?: T
  readonly tag?: string
  /** One of its keys. */
  readonly key?: string
  readonly messageId?: string
  /** Called for messages to which the rest applies. One whose value cannot be decoded does not match when its value is asked for. */
  readonly where?: (message: StoredMessageOf<T>) => boolean
}

/** Which messages are meant: by what they have, or by a function. */
export type Match<T extends AnyTopic | string = string> = MessageMatch<T> | ((message: StoredMessageOf<T>) => boolean)

/** A match as expectations work with it. */
export interface MessageFilter {
  /** `undefined`: every topic of the group. */
  readonly topic: AnyTopic | undefined
  readonly matches: (message: StoredMessage) => boolean
  /** ` of orders with key o-1`; '' for all messages. */
  readonly text: string
}

type Wanted = {
  readonly [Name in keyof MessageMatch]?: Name extends 'topic'
    ? AnyTopic | string | undefined
    : Name extends 'where'
      ? unknown
      : string | undefined
}

const KNOWN = { topic: true, tag: true, key: true, messageId: true, where: true } as const

/** @throws ClusterOptionsError */
export function readMatch<T extends AnyTopic | string>(what: string, given: Match<T> = {}): MessageFilter {
  const match: MessageMatch<T> = typeof given === 'function' ? { where: given } : given
  refuseUnknown(`${what}.match`, match, KNOWN)
  const where = match.where as ((message: StoredMessage) => boolean) | undefined
  if (where !== undefined && typeof where !== 'function') throw new ClusterOptionsError(`${what}.match.where`, 'must be a function')
  const matches = (message: StoredMessage): boolean => hasAll(match, message) && (where === undefined || isDecodedAnd(where, message))
  return { topic: match.topic === undefined ? undefined : topicOf(match.topic), matches, text: textOf(match) }
}

function hasAll({ topic, tag, key, messageId }: Wanted, message: StoredMessage): boolean {
  if (topic !== undefined && topicOf(topic).name !== message.topic) return false
  if (tag !== undefined && tag !== message.tag) return false
  if (key !== undefined && !message.keys.includes(key)) return false
  return messageId === undefined || messageId === message.messageId
}

function isDecodedAnd(where: (message: StoredMessage) => boolean, message: StoredMessage): boolean {
  try {
    return where(message)
  } catch (error) {
    if (error instanceof DecodeError) return false
    throw error
  }
}

function textOf({ topic, tag, key, messageId, where }: Wanted): string {
  const parts = [
    tag === undefined ? [] : `tag ${tag}`,
    key === undefined ? [] : `key ${key}`,
    messageId === undefined ? [] : `id ${messageId}`
  ].flat()
  const of = topic === undefined ? '' : ` of ${topicOf(topic).name}`
  const having = parts.length === 0 ? '' : ` with ${parts.join(' and ')}`
  return `${of}${having}${where === undefined ? '' : ` where ${sourceOf(where)}`}`
}

/** The function's source on one line: the test's own words. */
function sourceOf(where: unknown): string {
  const source = String(where).replaceAll(/\s+/g, ' ')
  return source.length > MAX_SOURCE_LENGTH ? `${source.slice(0, MAX_SOURCE_LENGTH)}…` : source
}

const MAX_SOURCE_LENGTH = 100
