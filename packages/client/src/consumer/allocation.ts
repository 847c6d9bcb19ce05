import { compareQueues, compareText, type MessageQueue } from '../message-queue'

/**
 * The queues of one member when a topic's queues are shared out by average: contiguous runs, the first members get one
 * more when it does not divide (read in client/…/rebalance/AllocateMessageQueueAveragely.java).
 *
 * Every member computes it for itself, so all must sort alike: client ids as Java strings, queues by `compareQueues`.
 * A client id that is not among `members` gets nothing.
 */
export function allocateByAverage(clientId: string, members: readonly string[], queues: readonly MessageQueue[]): readonly MessageQueue[] {
  const sortedMembers = [...new Set(members)].sort(compareText)
  const index = sortedMembers.indexOf(clientId)
  if (index < 0) return []
  const sortedQueues = [...queues].sort(compareQueues)
  const share = Math.floor(sortedQueues.length / sortedMembers.length)
  const extra = sortedQueues.length % sortedMembers.length
  const start = index * share + Math.min(index, extra)
  return sortedQueues.slice(start, start + share + (index < extra ? 1 : 0))
}
