import { CodedError } from 'net-ts-protocol-kit'
import { javaStringHashCode } from './java-string-hash'

/** Matches everything. */
export const SUBSCRIBE_ALL = '*'

export type ExpressionType = 'TAG' | 'SQL92'

/** What a group wants of a topic, as it travels in heartbeats and pull headers (read in remoting/…/heartbeat/SubscriptionData.java). */
export interface Subscription {
  readonly topic: string
  /** `*`, or the tags as written: `TagA || TagB`; the expression for SQL92. */
  readonly subString: string
  /** Tags wanted, none for `*` and SQL92. */
  readonly tagsSet: readonly string[]
  /** Their Java hash codes. Two tags may share one: the reader compares the text again. */
  readonly codeSet: readonly number[]
  /** Milliseconds; must not go backwards for a group and topic. */
  readonly subVersion: number
  readonly expressionType: ExpressionType
  readonly classFilterMode: false
}

/** `undefined` or `*`: all. A text: tags separated by `||`. A list: these tags. */
export type TagExpression = string | readonly string[] | undefined

/**
 * A subscription by tags (read in remoting/…/filter/FilterAPI.java). An empty list or text means all.
 *
 * @throws CodedError `SUBSCRIPTION_INVALID` when the text has separators and no tag, or a tag of a list has `||` or is blank.
 */
export function buildSubscription(topic: string, tags: TagExpression, subVersion: number): Subscription {
  if (tags === undefined || tags === '' || tags === SUBSCRIBE_ALL || tags.length === 0 || isAllList(tags)) {
    return subscription(topic, SUBSCRIBE_ALL, [], subVersion)
  }
  if (typeof tags === 'string') return subscription(topic, tags, splitTags(topic, tags), subVersion)
  for (const tag of tags) checkTag(topic, tag)
  return subscription(topic, tags.map((tag) => tag.trim()).join(' || '), tags, subVersion)
}

/** A subscription by an SQL92 expression over properties. */
export function buildSqlSubscription(topic: string, expression: string, subVersion: number): Subscription {
  if (expression.trim() === '') throw invalid(topic, 'the SQL92 expression is empty')
  return { topic, subString: expression, tagsSet: [], codeSet: [], subVersion, expressionType: 'SQL92', classFilterMode: false }
}

function subscription(topic: string, subString: string, tags: readonly string[], subVersion: number): Subscription {
  const tagsSet = [...new Set(tags.map((tag) => tag.trim()))]
  const codeSet = [...new Set(tagsSet.map(javaStringHashCode))]
  return { topic, subString, tagsSet, codeSet, subVersion, expressionType: 'TAG', classFilterMode: false }
}

function isAllList(tags: string | readonly string[]): boolean {
  return typeof tags !== 'string' && tags.length === 1 && tags[0] === SUBSCRIBE_ALL
}

function splitTags(topic: string, text: string): string[] {
  const tags = text.split('||').filter((tag) => tag.trim() !== '')
  if (tags.length === 0) throw invalid(topic, 'the expression names no tag')
  return tags
}

function checkTag(topic: string, tag: string): void {
  if (tag.trim() === '') throw invalid(topic, 'a tag is blank')
  if (tag.includes('||')) throw invalid(topic, 'a tag contains "||", which separates tags')
}

function invalid(topic: string, problem: string): CodedError {
  return new CodedError('SUBSCRIPTION_INVALID', `subscription to ${topic}: ${problem}`, { facts: { topic } })
}
