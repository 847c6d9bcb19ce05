import { expect, it } from '@jest/globals'
import { type Bench, describeWithClients, stepMs } from './bench'
import { Inbox } from './inbox'
import { assortedParcels, byUid, type Content, contentOf, contentSeenByJava, contentSeenByUs, forJava, forOurs } from './parcel'

const parcels = assortedParcels()
const expected = byUid(parcels.map(contentOf))

describeWithClients('what a message says arrives unchanged', tests, ['JSON', 'ROCKETMQ'])

function tests(bench: () => Bench): void {
  it(
    'when the official producer sends it: to our push consumer and to the official one',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const producer = await java.producer(bench().name('shop'))
      const ids: string[] = []
      for (const parcel of parcels) {
        const sent = await producer.send(forJava(topic, parcel))
        expect([parcel.uid, sent.status]).toEqual([parcel.uid, 'SEND_OK'])
        ids.push(sent.msgId)
      }
      const seen = new Inbox<Content>()
      const seenIds: string[] = []
      const group = bench().name('billing')
      const consumer = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first' }, (message) => {
        seenIds.push(message.messageId)
        seen.add(contentSeenByUs(message))
      })
      expect(byUid(await seen.first(parcels.length))).toEqual(expected)
      expect(seenIds.sort()).toEqual(ids.sort())
      await consumer.close()
      expect(await seenByOfficialConsumer(topic)).toEqual(expected)
      expect(seen.items.length).toBe(parcels.length)
    },
    stepMs
  )

  it(
    'when our producer sends it: to our push consumer and to the official one',
    async () => {
      const { ours } = bench()
      const topic = await bench().topic()
      const producer = ours.producer({ group: bench().name('shop'), sendTimeoutMs: 30_000 })
      for (const parcel of parcels) {
        const receipt = await producer.send(topic, parcel.body, forOurs(parcel))
        expect([parcel.uid, receipt.status]).toEqual([parcel.uid, 'SEND_OK'])
      }
      expect(await seenByOfficialConsumer(topic)).toEqual(expected)
      const seen = new Inbox<Content>()
      const group = bench().name('billing')
      const consumer = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first' }, (message) =>
        seen.add(contentSeenByUs(message))
      )
      expect(byUid(await seen.first(parcels.length))).toEqual(expected)
      await consumer.close()
    },
    stepMs
  )

  it(
    'when it is sent one-way, by either',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const small = parcels.filter(({ body }) => body.length < 100)
      const [official, own] = [await java.producer(bench().name('shop')), ours.producer({ group: bench().name('shop') })]
      for (const parcel of small) {
        await official.sendOneway(forJava(topic, { ...parcel, uid: `java ${parcel.uid}` }))
        await own.sendOneway(topic, parcel.body, forOurs({ ...parcel, uid: `ours ${parcel.uid}` }))
      }
      const uids = small.flatMap(({ uid }) => [`java ${uid}`, `ours ${uid}`]).sort()
      const consumer = await java.pushConsumer({ group: bench().name('billing'), topic, expression: '*' })
      const received = await consumer.received.first(uids.length)
      expect(received.map(({ properties }) => properties['uid']).sort()).toEqual(uids)
      await consumer.close()
    },
    stepMs
  )

  it(
    'when it is a batch, whose messages follow one another in one queue',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const batch = parcels.filter(({ body }) => body.length < 100).map((parcel) => ({ ...parcel, uid: `batched ${parcel.uid}` }))
      const official = await java.producer(bench().name('shop'))
      const own = ours.producer({ group: bench().name('shop') })
      const sent = await official.sendBatch(batch.map((parcel) => forJava(topic, parcel)))
      const receipt = await own.sendBatch(
        topic,
        batch.map((parcel) => ({ value: parcel.body, ...forOurs(parcel) }))
      )
      expect([sent.status, receipt.status]).toEqual(['SEND_OK', 'SEND_OK'])
      expect(sent.msgId.split(',').length).toBe(batch.length)
      expect(receipt.messageIds.length).toBe(batch.length)
      const contents = byUid([...batch, ...batch].map(contentOf))
      const consumer = await java.pushConsumer({ group: bench().name('billing'), topic, expression: '*' })
      const byJava = await consumer.received.first(contents.length)
      expect(byUid(byJava.map(contentSeenByJava))).toEqual(contents)
      const places = new Map(byJava.map(({ msgId, queueId, queueOffset }) => [msgId, [queueId, queueOffset]]))
      expect(sent.msgId.split(',').map((id) => places.get(id))).toEqual(batch.map((_, index) => [sent.queueId, sent.queueOffset + index]))
      await consumer.close()
      const seen = new Inbox<Content>()
      const group = bench().name('billing')
      const ourConsumer = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first' }, (message) =>
        seen.add(contentSeenByUs(message))
      )
      expect(byUid(await seen.first(contents.length))).toEqual(contents)
      await ourConsumer.close()
    },
    stepMs
  )

  /** All there is, seen by a new group of the official push consumer. */
  async function seenByOfficialConsumer(topic: string): Promise<readonly Content[]> {
    const consumer = await bench().java.pushConsumer({ group: bench().name('billing'), topic, expression: '*' })
    const received = await consumer.received.first(parcels.length)
    await consumer.close()
    expect(consumer.received.items.length).toBe(parcels.length)
    return byUid(received.map(contentSeenByJava))
  }
}
