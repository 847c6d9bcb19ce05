import type { AnyTopic, Client, MessageQueue } from '@rocketmq-ts/client'
import type { QueueLag } from './lag'

/** What this client's own consumers of a group know of the queues they read; `undefined` when there is no such consumer. */
export function lagOfOwnConsumers(client: Client, group: string): readonly QueueLag[] | undefined {
  const consumers = client.health().consumers.filter((consumer) => consumer.group === group)
  if (consumers.length === 0) return undefined
  return consumers.flatMap(({ queues }) => queues.map(({ queue, position, lag }) => ({ queue, position, lag })))
}

/** What brokers know of a group; `undefined` when the queues of a topic cannot be found out. Never rejects. */
export async function lagInBrokers(
  client: Client,
  group: string,
  topics: ReadonlyArray<AnyTopic | string>
): Promise<readonly QueueLag[] | undefined> {
  try {
    const queues = await Promise.all(topics.map((topic) => client.queues.of(topic)))
    return await Promise.all(queues.flat().map((queue) => lagInBroker(client, group, queue)))
  } catch {
    return undefined
  }
}

async function lagInBroker({ queues }: Client, group: string, queue: MessageQueue): Promise<QueueLag> {
  const [position, end] = await Promise.all([orUndefined(queues.committedOffset(group, queue)), orUndefined(queues.maxOffset(queue))])
  const lag = position === undefined || end === undefined ? undefined : Math.max(0, end - position)
  return { queue, position, lag }
}

/** What a broker does not say now it is asked for in the next round. */
async function orUndefined<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer
  } catch {
    return undefined
  }
}
