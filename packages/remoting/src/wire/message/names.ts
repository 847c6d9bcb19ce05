/** Longest topic name, characters. Retry and dead letter topics may be longer. */
export const MAX_TOPIC_LENGTH = 127
/** Longest `%RETRY%…` or `%DLQ%…` topic name. */
export const MAX_RETRY_OR_DLQ_TOPIC_LENGTH = 255
/** Longest group name since 5.4.0. */
export const MAX_GROUP_LENGTH = 120
/** Longest group name before 5.4.0. */
export const MAX_GROUP_LENGTH_BEFORE_5_4 = 255

export const RETRY_TOPIC_PREFIX = '%RETRY%'
export const DLQ_TOPIC_PREFIX = '%DLQ%'

/** Where a consumer group's messages wait for another attempt. */
export function retryTopic(group: string): string {
  return RETRY_TOPIC_PREFIX + group
}

/** Where a consumer group's messages end after their last attempt. */
export function dlqTopic(group: string): string {
  return DLQ_TOPIC_PREFIX + group
}

export function isRetryTopic(topic: string): boolean {
  return topic.startsWith(RETRY_TOPIC_PREFIX)
}

export function isDlqTopic(topic: string): boolean {
  return topic.startsWith(DLQ_TOPIC_PREFIX)
}

/**
 * What is wrong with a topic name, or `undefined`. Letters, digits, `%`, `|`, `_` and `-`; at most 127 characters, 255 for
 * retry and dead letter topics (read in common/…/topic/TopicValidator.java).
 */
export function topicNameProblem(name: string): string | undefined {
  const max = isRetryTopic(name) || isDlqTopic(name) ? MAX_RETRY_OR_DLQ_TOPIC_LENGTH : MAX_TOPIC_LENGTH
  return nameProblem('topic', name, max)
}

/**
 * What is wrong with a group name, or `undefined`. The same characters; at most `maxLength`
 * (120 since 5.4.0, 255 before; read in common/…/topic/TopicValidator.java).
 */
export function groupNameProblem(name: string, maxLength: number = MAX_GROUP_LENGTH): string | undefined {
  return nameProblem('group', name, maxLength)
}

function nameProblem(what: string, name: string, maxLength: number): string | undefined {
  if (name.trim() === '') return `the ${what} name is blank`
  // Length first: nothing below walks or quotes more than the limit.
  if (name.length > maxLength) return `the ${what} name has ${name.length} characters, at most ${maxLength} are allowed`
  for (let i = 0; i < name.length; i++) {
    if (ALLOWED[name.charCodeAt(i)] !== 1) {
      return `the ${what} name has a character at position ${i} that is not allowed: only %, |, a-z, A-Z, 0-9, _ and - are`
    }
  }
  return undefined
}

const ALLOWED = new Uint8Array(128)
for (const char of '%|_-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ') ALLOWED[char.charCodeAt(0)] = 1
