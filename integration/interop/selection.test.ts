import { expect, it } from '@jest/globals'
import { describeWithClients, stepMs } from './bench'
import { Inbox } from './inbox'

describeWithClients('tags and delays', (bench) => {
  it(
    'a consumer of one of two tags with one hash gets only its own, whoever sends and whoever consumes',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const official = await java.producer(bench().name('shop'))
      const own = ours.producer({ group: bench().name('shop') })
      for (const tag of ['Aa', 'BB', 'Aa', 'other', 'Aa']) {
        await official.send({ topic, tag, body: Buffer.from('x'), properties: { from: 'java' } })
        await own.send(topic, 'x', { tag, properties: { from: 'ours' } })
      }
      await own.send(topic, 'x', { properties: { from: 'nobody' } })
      const consumer = await java.pushConsumer({ group: bench().name('billing'), topic, expression: 'Aa || last' })
      const seen = new Inbox<readonly [string | undefined, string | undefined]>()
      const group = bench().name('billing')
      const ourConsumer = ours.pushConsumer({ group, subscriptions: [{ topic, tags: ['Aa', 'last'] }], from: 'first' }, (message) =>
        seen.add([message.tag, message.properties.get('from')])
      )
      await Promise.all([consumer.received.first(6), seen.first(6)])
      // What comes behind in every queue shows that nothing between was still to come.
      for (let queueId = 0; queueId < 4; queueId++) {
        await own.send(topic, 'x', { tag: 'last', queue: { brokerName: 'broker-a', queueId } })
      }
      const byJava = await consumer.received.first(10)
      const byUs = await seen.first(10)
      const expected = [...Array(3).fill('Aa/java'), ...Array(3).fill('Aa/ours'), ...Array(4).fill('last/')]
      expect(byJava.map(({ tag, properties }) => `${tag}/${properties['from'] ?? ''}`).sort()).toEqual(expected)
      expect(byUs.map(([tag, from]) => `${tag}/${from ?? ''}`).sort()).toEqual(expected)
      await Promise.all([consumer.close(), ourConsumer.close()])
    },
    stepMs
  )

  it(
    'a delayed message comes once, behind those that were sent after it without a delay',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic(1)
      const official = await java.producer(bench().name('shop'))
      const own = ours.producer({ group: bench().name('shop') })
      await official.send({ topic, body: Buffer.from('java, late'), delayLevel: 2 })
      await own.send(topic, 'ours, late', { delayLevel: 2 })
      await official.send({ topic, body: Buffer.from('java, at once') })
      await own.send(topic, 'ours, at once')
      const consumer = await java.pushConsumer({ group: bench().name('billing'), topic, expression: '*' })
      const received = await consumer.received.first(4)
      const inOrder = [...received].sort((a, b) => a.queueOffset - b.queueOffset)
      expect(inOrder.map(({ bodyBase64 = '' }) => Buffer.from(bodyBase64, 'base64').toString())).toEqual([
        'java, at once',
        'ours, at once',
        'java, late',
        'ours, late'
      ])
      expect(inOrder.map(({ properties }) => properties['DELAY'])).toEqual([undefined, undefined, '2', '2'])
      const seen = new Inbox<string>()
      const group = bench().name('billing')
      const ourConsumer = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first', concurrency: 1 }, (message) =>
        seen.add(message.body.toString())
      )
      expect(await seen.first(4)).toEqual(['java, at once', 'ours, at once', 'java, late', 'ours, late'])
      expect(consumer.received.items.length).toBe(4)
      await Promise.all([consumer.close(), ourConsumer.close()])
    },
    stepMs
  )
})
