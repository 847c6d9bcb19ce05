import { type Client, type MessageQueue, OffsetOutOfRangeError, OptionsError, type QueueRange } from '@rocketmq-ts/client'
import type { QueuePosition, ReplayPoint, ResolvedReplayOptions } from './replay-options'

/** What there is of each queue, and what is wanted of it. */
export type ReplayRange = Required<QueueRange>

/**
 * Asks the brokers where each queue begins and ends now, and where the replay does.
 *
 * @throws NoRouteError, OffsetOutOfRangeError, OptionsError, or what says that a broker did not answer.
 */
export async function replayRanges(client: Client, { from, to, consumer }: ResolvedReplayOptions): Promise<readonly ReplayRange[]> {
  const topics = await Promise.all(consumer.subscriptions.map(({ topic }) => client.queues.of(topic)))
  const all = topics.flat()
  checkListed(all, from)
  checkListed(all, to)
  const wanted = all.filter((queue) => isListed(queue, from) && isListed(queue, to))
  return Promise.all(wanted.map((queue) => rangeOf(client, queue, from, to)))
}

async function rangeOf(client: Client, queue: MessageQueue, from: ReplayPoint, to: ReplayPoint): Promise<ReplayRange> {
  const [min, max] = await Promise.all([client.queues.minOffset(queue), client.queues.maxOffset(queue)])
  const within = (offset: number): number => Math.min(Math.max(offset, min), max)
  const place = async (point: ReplayPoint, atTime: (timestampMs: number) => Promise<number>): Promise<number> => {
    if (point === 'first') return min
    if (point === 'last') return max
    if ('timestampMs' in point) return within(await atTime(point.timestampMs))
    return checked(queue, positionIn(queue, point)?.offset ?? min, min, max)
  }
  const startOffset = await place(from, (timestampMs) => beforeOrAt(client, queue, timestampMs))
  const endOffset = await place(to, (timestampMs) => behind(client, queue, timestampMs))
  return { ...queue, startOffset, endOffset: Math.max(startOffset, endOffset) }
}

/**
 * At the first message of that time or before it, never behind: brokers before 5.x name a neighbour when no message has exactly
 * that time, and any of several that have it. What comes too early is left out by its time.
 */
function beforeOrAt({ queues }: Client, queue: MessageQueue, timestampMs: number): Promise<number> {
  return queues.offsetAt(queue, Math.max(0, timestampMs - 1))
}

/** Behind the last message before that time, for the same reason: what comes too late is left out by its time. */
async function behind({ queues }: Client, queue: MessageQueue, timestampMs: number): Promise<number> {
  return (await queues.offsetAt(queue, timestampMs)) + 1
}

function checked(queue: MessageQueue, offset: number, min: number, max: number): number {
  if (offset >= min && offset <= max) return offset
  throw new OffsetOutOfRangeError(queue, offset, min, max)
}

function checkListed(all: readonly MessageQueue[], point: ReplayPoint): void {
  if (!isList(point)) return
  const stranger = point.find((position) => positionIn(position, all) === undefined)
  if (stranger === undefined) return
  const { topic, brokerName, queueId } = stranger
  throw new OptionsError(`replay: there is no queue ${queueId} of ${topic} on ${brokerName} among the subscribed topics`, {
    queue: stranger
  })
}

function isListed(queue: MessageQueue, point: ReplayPoint): boolean {
  return !isList(point) || positionIn(queue, point) !== undefined
}

function isList(point: ReplayPoint): point is readonly QueuePosition[] {
  return Array.isArray(point)
}

function positionIn<Q extends MessageQueue>({ topic, brokerName, queueId }: MessageQueue, list: readonly Q[]): Q | undefined {
  return list.find((one) => one.queueId === queueId && one.brokerName === brokerName && one.topic === topic)
}
