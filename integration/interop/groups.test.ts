import { expect, it } from '@jest/globals'
import { expectEventually } from '../contract/eventually'
import { describeWithClients, stepMs } from './bench'
import { Inbox } from './inbox'
import type { JavaPushConsumer, JavaQueue } from './java-members'

/** Something that owns queues of a topic: an official push consumer, or one of ours. */
interface Owner {
  queueIds(): Promise<number[]>
}

describeWithClients('the members of a group', (bench) => {
  it(
    'two official consumers share the queues, and one takes over when the other closes or dies',
    async () => {
      const topic = await bench().topic(8)
      const group = bench().name('billing')
      const first = await bench().java.pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first)], 8)
      const jvm = bench().another()
      const second = await jvm.pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first), officialOwner(second)], 8)
      await untilSeenOnce([idsOf(first), idsOf(second)], await send(topic, 80))
      expect([first.received.items.length, second.received.items.length]).toEqual([40, 40])

      await second.close()
      await untilShared([officialOwner(first)], 8)
      const third = await bench().another().pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first), officialOwner(third)], 8)
      const fourth = await jvm.pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first), officialOwner(third), officialOwner(fourth)], 8)
      await jvm.kill()
      await untilShared([officialOwner(first), officialOwner(third)], 8)
      await untilSeenOnce([first, second, third, fourth].map(idsOf), await send(topic, 80))
      await Promise.all([first.close(), third.close()])
    },
    stepMs
  )

  it(
    'an official consumer and ours share the queues of one group by the same rule',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic(8)
      const group = bench().name('billing')
      const seen = new Inbox<string>()
      const own = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first' }, (message) => seen.add(message.messageId))
      await own.ready
      const ownOwner: Owner = { queueIds: async () => own.queues.filter((queue) => queue.topic === topic).map(({ queueId }) => queueId) }
      await untilShared([ownOwner], 8)
      const official = await java.pushConsumer({ group, topic, expression: '*' })
      await untilShared([ownOwner, officialOwner(official)], 8)
      await untilSeenOnce([() => seen.items, idsOf(official)], await send(topic, 80))
      expect([seen.items.length, official.received.items.length]).toEqual([40, 40])

      await own.close()
      await untilShared([officialOwner(official)], 8)
      await untilSeenOnce([() => seen.items, idsOf(official)], await send(topic, 80))
      expect(seen.items.length).toBe(40)
      await official.close()
    },
    stepMs
  )

  it(
    'an ordered official consumer locks its queues with us, gets them in order, and hands its locks on when it closes',
    async () => {
      const topic = await bench().topic(2)
      const group = bench().name('ledger')
      const first = await bench().java.pushConsumer({ group, topic, expression: '*', orderly: true })
      await send(topic, 40)
      const ordered = await first.received.first(40)
      for (const queueId of [0, 1]) {
        const offsets = ordered.filter((message) => message.queueId === queueId).map(({ queueOffset }) => queueOffset)
        expect(offsets).toEqual(Array.from({ length: 20 }, (_, index) => index))
      }
      await first.close()
      const second = await bench().another().pushConsumer({ group, topic, expression: '*', orderly: true })
      await send(topic, 40)
      const rest = await second.received.first(40)
      for (const queueId of [0, 1]) {
        const offsets = rest.filter((message) => message.queueId === queueId).map(({ queueOffset }) => queueOffset)
        expect(offsets).toEqual(Array.from({ length: 20 }, (_, index) => 20 + index))
      }
      expect(first.received.items.length).toBe(40)
      await second.close()
    },
    stepMs
  )

  /** Sends so many, as many to each queue; the ids of all. */
  async function send(topic: string, count: number): Promise<string[]> {
    const producer = bench().ours.producer({ group: 'shop' })
    const ids: string[] = []
    for (let i = 0; i < count; i++) ids.push((await producer.send(topic, `message ${i}`)).messageId)
    return ids
  }
})

/** Settles when every queue has one owner and each owner its fair share. */
async function untilShared(owners: readonly Owner[], queues: number): Promise<void> {
  await expectEventually(async () => {
    const owned = await Promise.all(owners.map((owner) => owner.queueIds()))
    const isComplete = new Set(owned.flat()).size === queues && owned.flat().length === queues
    const isFair = owned.every(({ length }) => length >= Math.floor(queues / owners.length))
    return isComplete && isFair ? undefined : `a fair owner for each of ${queues} queues: ${JSON.stringify(owned)}`
  }, stepMs / 2)
}

/**
 * Settles when each of these messages has come to one of them, once. Of those that were sent before an owner changed, some may have come
 * twice: the official consumer tells of its offset one-way, and the next owner may ask before that has arrived.
 */
async function untilSeenOnce(received: readonly (() => readonly string[])[], sent: readonly string[]): Promise<void> {
  const seen = () => received.flatMap((ids) => ids())
  const missing = () => sent.filter((id) => !seen().includes(id)).length
  await expectEventually(() => (missing() === 0 ? undefined : `${missing()} of ${sent.length} messages`), stepMs / 2)
  const ours = new Set(sent)
  expect(
    seen()
      .filter((id) => ours.has(id))
      .sort()
  ).toEqual([...sent].sort())
}

function idsOf(consumer: JavaPushConsumer): () => readonly string[] {
  return () => consumer.received.items.map(({ msgId }) => msgId)
}

function officialOwner(consumer: JavaPushConsumer): Owner {
  return { queueIds: async () => (await consumer.queues()).map(({ queueId }: JavaQueue) => queueId) }
}
