/** One queue of a topic on one broker: what consumers own and positions belong to. */
export interface MessageQueue {
  readonly topic: string
  readonly brokerName: string
  readonly queueId: number
}

/** Identifies a queue in a Map. No legal topic name contains a space. */
export function queueKey(queue: MessageQueue): string {
  return `${queue.topic} ${queue.queueId} ${queue.brokerName}`
}

/** For logs and error texts: `orders@broker-a:3`. */
export function queueText(queue: MessageQueue): string {
  return `${queue.topic}@${queue.brokerName}:${queue.queueId}`
}

/**
 * Order of queues, the same in every client of a group: topic, broker name, queue id, names by UTF-16 code unit as
 * Java compares strings (read in common/…/message/MessageQueue.java).
 */
export function compareQueues(a: MessageQueue, b: MessageQueue): number {
  return compareText(a.topic, b.topic) || compareText(a.brokerName, b.brokerName) || a.queueId - b.queueId
}

/** Java's `String.compareTo`, as a sign. JavaScript's `<` compares UTF-16 code units too. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
