import { expect, it } from '@jest/globals'
import { deadLetter, type Message, retry } from '@rocketmq-ts/client'
import { describeWithClients, stepMs } from './bench'
import { Inbox } from './inbox'
import { polled } from './polled'

describeWithClients('retries and dead letters', (bench) => {
  it(
    'what the official consumer puts off comes again with one more attempt each time, others flow meanwhile',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const group = bench().name('billing')
      const consumer = await java.pushConsumer({ group, topic, expression: 'paid' })
      const own = ours.producer({ group: bench().name('shop') })
      const official = await java.producer(bench().name('shop'))
      const sent = await official.send({ topic, tag: 'paid', body: Buffer.from('from java'), properties: { later: '2', delayLevel: '1' } })
      const receipt = await own.send(topic, 'from us', { tag: 'paid', properties: { later: '2', delayLevel: '1' } })
      for (let i = 0; i < 10; i++) await own.send(topic, `other ${i}`, { tag: 'paid' })
      const received = await consumer.received.first(16)
      for (const id of [sent.msgId, receipt.messageId]) {
        const attempts = received.filter(({ msgId }) => msgId === id)
        expect(attempts.map(({ reconsumeTimes }) => reconsumeTimes)).toEqual([0, 1, 2])
        expect(attempts.map(({ topic: shown, tag }) => [shown, tag])).toEqual(Array(3).fill([topic, 'paid']))
        expect(new Set(attempts.map(({ bodySha256 }) => bodySha256)).size).toBe(1)
      }
      expect(consumer.received.items.length).toBe(16)
      await consumer.close()
    },
    stepMs
  )

  it(
    'what our consumer puts off comes again with one more attempt each time, whoever sent it',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const official = await java.producer(bench().name('shop'))
      const seen = new Inbox<Message>()
      const group = bench().name('billing')
      const consumer = ours.pushConsumer({ group, subscriptions: [{ topic, tags: ['paid'] }], from: 'first' }, (message) => {
        seen.add(message.detach())
        return message.attempt < 3 ? retry({ delayLevel: 1 }) : undefined
      })
      const sent = await official.send({ topic, tag: 'paid', keys: ['o-1'], body: Buffer.from('from java'), properties: { 客户: '张三' } })
      const attempts = await seen.first(3)
      expect(attempts.map(({ attempt }) => attempt)).toEqual([1, 2, 3])
      for (const { topic: shown, messageId, tag, keys, properties, body } of attempts) {
        expect([shown, messageId, tag, keys, properties.get('客户'), body.toString()]).toEqual([
          topic,
          sent.msgId,
          'paid',
          ['o-1'],
          '张三',
          'from java'
        ])
      }
      await consumer.close()
    },
    stepMs
  )

  it(
    'what the official consumer has tried as often as it may goes to the dead letter topic, where it can be read',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const group = bench().name('billing')
      const consumer = await java.pushConsumer({ group, topic, expression: '*', maxReconsumeTimes: 1 })
      const receipt = await ours.producer({ group: bench().name('shop') }).send(topic, 'hopeless', {
        keys: ['o-1'],
        properties: { later: '100', delayLevel: '1' }
      })
      const dead = await deadLetterOf(group)
      expect([dead.messageId, dead.body.toString(), dead.keys]).toEqual([receipt.messageId, 'hopeless', ['o-1']])
      expect(consumer.received.items.map(({ reconsumeTimes }) => reconsumeTimes)).toEqual([0, 1])
      await consumer.close()
    },
    stepMs
  )

  it(
    'what our consumer gives up is read from the dead letter topic by the official one',
    async () => {
      const { java, ours } = bench()
      const topic = await bench().topic()
      const group = bench().name('billing')
      const attempts = new Inbox<number>()
      const consumer = ours.pushConsumer({ group, subscriptions: [{ topic }], from: 'first' }, (message) => {
        attempts.add(message.attempt)
        return deadLetter()
      })
      const official = await java.producer(bench().name('shop'))
      const sent = await official.send({ topic, tag: 'paid', body: Buffer.from('given up') })
      await attempts.first(1)
      await deadLetterOf(group)
      const reader = await java.litePullConsumer(bench().name('undertaker'), `%DLQ%${group}`)
      const [dead] = await polled(() => reader.poll(1_000), 1)
      expect([dead?.msgId, dead?.tag, dead?.properties['RETRY_TOPIC']]).toEqual([sent.msgId, 'paid', topic])
      expect(attempts.items).toEqual([1])
      await Promise.all([reader.close(), consumer.close()])
    },
    stepMs
  )

  /** The first message of a group's dead letter topic, which comes into being with it. */
  async function deadLetterOf(group: string): Promise<Message> {
    const reader = bench().ours.pullConsumer({
      group: bench().name('undertaker'),
      subscriptions: [{ topic: `%DLQ%${group}` }],
      from: 'first',
      queues: 'all'
    })
    for await (const batch of reader) {
      const [first] = batch.messages
      if (first === undefined) continue
      await reader.close()
      return first
    }
    throw new Error('the reader ended')
  }
})
