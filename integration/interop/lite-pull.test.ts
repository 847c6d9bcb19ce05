import { expect, it } from '@jest/globals'
import { describeWithClients, stepMs } from './bench'
import type { JavaLitePullConsumer, ReceivedByJava } from './java-members'
import { polled } from './polled'

describeWithClients('the lite pull consumer', (bench) => {
  it(
    'reads all that we sent, goes back to an offset, and a new one goes on at what was committed',
    async () => {
      const { java } = bench()
      const { topic, group } = await sentTo(2, 10)
      const first = await java.litePullConsumer(group, topic)
      expect(bodies(await polled(() => first.poll(1_000), 20))).toEqual(expectedBodies(2, 0, 10))
      await first.seek(0, 7)
      expect(bodies(await polled(() => first.poll(1_000), 3))).toEqual(['0/7', '0/8', '0/9'])
      await first.commit()
      expect([await first.committed(0), await first.committed(1)]).toEqual([10, 10])
      await first.close()

      await send(topic, 0, 10)
      const second = await java.litePullConsumer(group, topic)
      expect(bodies(await polled(() => second.poll(1_000), 1))).toEqual(['0/10'])
      await second.close()
    },
    stepMs
  )

  it(
    'finds the offset of a time: the first message for the beginning, the next one to come for the future',
    async () => {
      const { java } = bench()
      const { topic, group } = await sentTo(1, 5)
      const consumer = await java.litePullConsumer(group, topic)
      const received = await polled(() => consumer.poll(1_000), 5)
      expect(received.map(({ queueOffset }) => queueOffset)).toEqual([0, 1, 2, 3, 4])
      expect(await consumer.offsetOf(0, 0)).toBe(0)
      expect(await consumer.offsetOf(0, Date.now() + 3_600_000)).toBe(5)
      await consumer.close()
    },
    stepMs
  )

  it(
    'waits on an empty queue and gets what then comes, from our producer and from the official one',
    async () => {
      const { java } = bench()
      const { topic, group } = await sentTo(1, 0)
      const consumer = await java.litePullConsumer(group, topic)
      const waiting = polled(() => consumer.poll(1_000), 2)
      await send(topic, 0, 0)
      const official = await java.producer(bench().name('shop'))
      await official.send({ topic, body: Buffer.from('0/1') })
      expect(bodies(await waiting)).toEqual(['0/0', '0/1'])
      await consumer.close()
    },
    stepMs
  )

  it(
    'of ours goes on where the official one has committed, and the other way round',
    async () => {
      const { java, ours } = bench()
      const { topic, group } = await sentTo(1, 10)
      const official = await java.litePullConsumer(group, topic)
      await polled(() => official.poll(1_000), 10)
      await official.commit()
      await official.close()
      await send(topic, 0, 10)
      const own = ours.pullConsumer({ group, subscriptions: [{ topic }], queues: 'all', from: 'first' })
      for await (const batch of own) {
        expect(batch.messages.map(({ body }) => body.toString())).toEqual(['0/10'])
        expect(await batch.commit()).toBe(true)
        break
      }
      await own.close()
      const again: JavaLitePullConsumer = await java.litePullConsumer(group, topic)
      expect(await again.committed(0)).toBe(11)
      await again.close()
    },
    stepMs
  )

  /** A topic with so many messages in each of its queues, and a group that reads it. */
  async function sentTo(queues: number, perQueue: number): Promise<{ topic: string; group: string }> {
    const topic = await bench().topic(queues)
    for (let offset = 0; offset < perQueue; offset++) {
      for (let queueId = 0; queueId < queues; queueId++) await send(topic, queueId, offset)
    }
    return { topic, group: bench().name('totals') }
  }

  /** A message whose body says where it must be. */
  async function send(topic: string, queueId: number, offset: number): Promise<void> {
    const producer = bench().ours.producer({ group: 'shop' })
    const receipt = await producer.send(topic, `${queueId}/${offset}`, { queue: { brokerName: 'broker-a', queueId } })
    expect([receipt.queue.queueId, receipt.queueOffset]).toEqual([queueId, offset])
  }
})

function bodies(messages: readonly ReceivedByJava[]): string[] {
  return messages.map(({ bodyBase64 = '' }) => Buffer.from(bodyBase64, 'base64').toString()).sort(byPlace)
}

function expectedBodies(queues: number, from: number, to: number): string[] {
  const offsets = Array.from({ length: to - from }, (_, index) => from + index)
  return Array.from({ length: queues }, (_, queueId) => offsets.map((offset) => `${queueId}/${offset}`)).flat()
}

function byPlace(a: string, b: string): number {
  const [queueA = 0, offsetA = 0] = a.split('/').map(Number)
  const [queueB = 0, offsetB = 0] = b.split('/').map(Number)
  return queueA - queueB || offsetA - offsetB
}
