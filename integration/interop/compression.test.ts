import { createHash } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Client, type CompressionType, connect } from '@rocketmq-ts/client'
import { type Server, startServer } from '@rocketmq-ts/server'
import { describeWithJava } from '../official/java/java-programs'
import { clientVersions, stepMs } from './bench'
import { JavaClient } from './java-client'

const types: readonly CompressionType[] = ['zlib', 'lz4', 'zstd']
const flags: Readonly<Record<CompressionType, number>> = { zlib: 0x301, lz4: 0x101, zstd: 0x201 }
const bodies = [Buffer.from('{"id":"o-1","note":"订单 🍣"}'.repeat(300)), Buffer.alloc(1 << 20, 'The quick brown fox. ')]

for (const version of clientVersions) {
  describeWithJava(version)(`compressed bodies, with the official client ${version}`, () => {
    let server: Server
    let ours: Client
    const jvms: JavaClient[] = []

    const java = (...options: readonly string[]): JavaClient => {
      const client = new JavaClient(version, server.nameserverAddress, 'JSON', options)
      jvms.push(client)
      return client
    }

    beforeAll(async () => {
      const topics = Object.fromEntries([...types, ...types.map((type) => `java-${type}`)].map((name) => [name, { queues: 1 }]))
      server = await startServer({ nameserverPort: 0, brokerPort: 0, topics })
      ours = await connect({ nameservers: server.nameserverAddress })
    }, stepMs)

    afterAll(async () => {
      await Promise.all(jvms.map((jvm) => jvm.close()))
      await ours?.close()
      await server?.close()
    }, stepMs)

    it(
      'by us in each way are read by it',
      async () => {
        const reader = java()
        for (const compression of types) {
          const producer = ours.producer({ group: 'shop', compression })
          for (const body of bodies) await producer.send(compression, body)
          const consumer = await reader.pushConsumer({ group: `of-${compression}`, topic: compression, expression: '*' })
          const received = await consumer.received.first(bodies.length)
          expect(received.map((one) => [one.bodyLength, one.bodySha256])).toEqual(bodies.map((body) => [body.length, hash(body)]))
          // 5.5.0 clears the bit of what it has unpacked.
          expect(received.map((one) => one.sysFlag | 1)).toEqual(bodies.map(() => flags[compression]))
        }
      },
      stepMs
    )

    it.each(types)(
      'by it with %s are read by us',
      async (type) => {
        const sender = java(`-Drocketmq.message.compressType=${type.toUpperCase()}`)
        const producer = await sender.producer('shop')
        for (const body of bodies) await producer.send({ topic: `java-${type}`, body })
        const itself = await sender.pushConsumer({ group: `java-${type}`, topic: `java-${type}`, expression: '*' })
        expect((await itself.received.first(bodies.length)).map(({ sysFlag }) => sysFlag | 1)).toEqual(bodies.map(() => flags[type]))
        const read: Buffer[] = []
        for await (const batch of ours.pullConsumer({ group: `ours-${type}`, subscriptions: [{ topic: `java-${type}` }], from: 'first' })) {
          read.push(...batch.messages.map(({ body }) => body))
          if (read.length >= bodies.length) break
        }
        expect(read.map(hash)).toEqual(bodies.map(hash))
      },
      stepMs
    )
  })
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
