import { StoreError } from '../../store-error'

const FILE_NAME_DIGITS = 20
/** Longest name of a directory that file systems take. Bytes, and characters, as only ASCII is let through. */
const MAX_NAME_LENGTH = 255
const MAX_QUEUE_ID = 0x7fffffff
/** The characters of topic names (read in common/…/topic/TopicValidator.java), and the plus of retry topics of 5.x's pop consumers. */
const TOPIC = /^[%|+A-Za-z0-9_-]+$/

/** Where a store keeps its consume queues. */
export function queuesDirectory(root: string): string {
  return `${root}/consumequeue`
}

/**
 * The directory of a topic's queues: the only place where a topic's name becomes a path. No name that it lets through can leave the root.
 *
 * @throws StoreError `TOPIC_NAME_ILLEGAL`
 */
export function topicDirectory(root: string, topic: string): string {
  if (!isTopicName(topic)) {
    throw new StoreError('TOPIC_NAME_ILLEGAL', 'the topic cannot be the name of a directory: only %, |, +, a-z, A-Z, 0-9, _ and - can', {
      topic: topic.slice(0, MAX_NAME_LENGTH)
    })
  }
  return `${queuesDirectory(root)}/${topic}`
}

/** @throws StoreError `TOPIC_NAME_ILLEGAL`, also for a queue id that is no whole number from 0 to 2^31 − 1. */
export function queueDirectory(root: string, topic: string, queueId: number): string {
  const directory = topicDirectory(root, topic)
  if (!Number.isSafeInteger(queueId) || queueId < 0 || queueId > MAX_QUEUE_ID) {
    throw new StoreError('TOPIC_NAME_ILLEGAL', 'a queue id is a whole number from 0 to 2147483647', { topic, queueId })
  }
  return `${directory}/${queueId}`
}

export function isTopicName(name: string): boolean {
  return name.length <= MAX_NAME_LENGTH && TOPIC.test(name)
}

/** The queue id that a directory's name says, or `undefined` when it is no queue's directory. */
export function queueIdOf(name: string): number | undefined {
  if (!/^(0|[1-9]\d{0,9})$/.test(name)) return undefined
  const queueId = Number(name)
  return queueId <= MAX_QUEUE_ID ? queueId : undefined
}

/** Name of the file that begins at a byte of the queue. */
export function queueFileName(byteOffset: number): string {
  return String(byteOffset).padStart(FILE_NAME_DIGITS, '0')
}

/** The byte at which a file of that name begins, or `undefined` when it is no queue's file. */
export function queueFileStart(name: string): number | undefined {
  if (!/^\d{20}$/.test(name)) return undefined
  const start = Number(name)
  return Number.isSafeInteger(start) ? start : undefined
}
