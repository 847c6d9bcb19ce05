import type { Bench } from './bench'
import { Puller } from './puller'

export interface ReaderOptions {
  readonly group: string
  readonly topic: string
  readonly queues: number
}

/** Lets a pull consumer of a new group read a whole topic from its first message, and writes down what it sees. */
export async function readAll(bench: Bench, { group, topic, queues }: ReaderOptions): Promise<void> {
  const puller = await Puller.start(bench, { group, topic, member: group })
  const stored = await storedCount(bench, topic, queues)
  while (puller.read < stored && (await puller.next()) !== undefined);
  await puller.close()
}

async function storedCount(bench: Bench, topic: string, queues: number): Promise<number> {
  const probe = await bench.probe()
  let stored = 0
  for (let queueId = 0; queueId < queues; queueId++) stored += await probe.maxOffset(topic, queueId)
  return stored
}
