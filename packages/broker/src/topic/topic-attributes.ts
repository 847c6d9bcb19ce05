import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { Refusal } from '../refusal'

interface Attribute {
  readonly isChangeable: boolean
  readonly values: readonly string[]
}

/**
 * Attributes of a topic that this broker honours, with the values it can honour. `BatchCQ` queues and compacted topics
 * exist upstream and are refused here (read in common/…/common/TopicAttributes.java).
 */
const ATTRIBUTES: ReadonlyMap<string, Attribute> = new Map([
  ['queue.type', { isChangeable: false, values: ['SimpleCQ'] }],
  ['cleanup.policy', { isChangeable: false, values: ['DELETE'] }],
  ['message.type', { isChangeable: true, values: ['UNSPECIFIED', 'NORMAL', 'FIFO', 'DELAY', 'TRANSACTION', 'PRIORITY'] }]
])

/**
 * A topic's attributes after a change such as `+message.type=FIFO,-message.type`
 * (read in common/…/attribute/AttributeParser.java and AttributeUtil.java). `current` is `undefined` for a new topic.
 */
export function changedAttributes(
  current: ReadonlyMap<string, string> | undefined,
  change: string | undefined
): ReadonlyMap<string, string> | Refusal {
  const attributes = new Map(current)
  if (change === undefined || change === '') return attributes
  const seen = new Set<string>()
  for (const part of change.split(',')) {
    const problem = apply(attributes, part, seen, current === undefined)
    if (problem !== undefined) return new Refusal(ResponseCode.INVALID_PARAMETER, `topic attributes: ${problem}`)
  }
  return attributes
}

function apply(attributes: Map<string, string>, part: string, seen: Set<string>, isNew: boolean): string | undefined {
  const equals = part.indexOf('=')
  const key = equals < 0 ? part.slice(1) : part.slice(1, equals)
  const attribute = ATTRIBUTES.get(key)
  if (attribute === undefined) return `unsupported key: ${key.slice(0, 64)}`
  if (seen.has(key)) return `key duplication: ${key}`
  seen.add(key)
  if (!isNew && !attribute.isChangeable) return `attempt to update an unchangeable attribute. key: ${key}`
  if (part.startsWith('+') && equals >= 0) return set(attributes, key, part.slice(equals + 1), attribute)
  if (!part.startsWith('-') || equals >= 0) return `add/alter attribute format is wrong: ${key}`
  return attributes.delete(key) ? undefined : `attempt to delete a nonexistent key: ${key}`
}

function set(attributes: Map<string, string>, key: string, value: string, attribute: Attribute): string | undefined {
  if (!attribute.values.includes(value)) return `${key} takes ${attribute.values.join(', ')} here, not ${value.slice(0, 64)}`
  attributes.set(key, value)
  return undefined
}
