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
      await send(topic, 80)
      await untilSeen([first.received, second.received], 80)
      expect([first.received.items.length, second.received.items.length]).toEqual([40, 40])

      await second.close()
      await untilShared([officialOwner(first)], 8)
      const third = await bench().another().pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first), officialOwner(third)], 8)
      const fourth = await jvm.pushConsumer({ group, topic, expression: '*' })
      await untilShared([officialOwner(first), officialOwner(third), officialOwner(fourth)], 8)
      await jvm.kill()
      await untilShared([officialOwner(first), officialOwner(third)], 8)
      await send(topic, 80)
      await untilSeen([first.received, second.received, third.received, fourth.received], 160)
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
      await send(topic, 80)
      await untilSeen([seen, official.received], 80)
      expect([seen.items.length, official.received.items.length]).toEqual([40, 40])
      expect(new Set([...seen.items, ...official.received.items.map(({ msgId }) => msgId)]).size).toBe(80)

      await own.close()
      await untilShared([officialOwner(official)], 8)
      await send(topic, 80)
      await untilSeen([seen, official.received], 160)
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

  /** Sends so many, as many to each queue. */
  async function send(topic: string, count: number): Promise<void> {
    const producer = bench().ours.producer({ group: 'shop' })
    for (let i = 0; i < count; i++) await producer.send(topic, `message ${i}`)
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

/** Settles when so many have come to all of them together; more would be duplicates. */
async function untilSeen(inboxes: readonly Inbox<unknown>[], count: number): Promise<void> {
  const seen = () => inboxes.reduce((sum, { items }) => sum + items.length, 0)
  await expectEventually(() => (seen() >= count ? undefined : `${count} messages: ${seen()} came`), stepMs / 2)
  expect(seen()).toBe(count)
}

function officialOwner(consumer: JavaPushConsumer): Owner {
  return { queueIds: async () => (await consumer.queues()).map(({ queueId }: JavaQueue) => queueId) }
}
