import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Client, connect } from '@rocketmq-ts/client'
import { type Server, startServer } from '@rocketmq-ts/server'
import { describeWithJava } from '../official/java/java-programs'
import { clientVersions, stepMs } from './bench'
import { JavaClient } from './java-client'

const folder = join(__dirname, '..', '..', 'packages', 'net-ts-protocol-kit', 'test', 'tls')
const certFile = join(folder, 'cert.pem')
const [cert, key] = [readFileSync(certFile), readFileSync(join(folder, 'key.pem'))]

for (const version of clientVersions) {
  describeWithJava(version)(`our servers in permissive mode, with official clients ${version}`, () => {
    let server: Server
    let ours: Client
    const jvms: JavaClient[] = []

    const java = (...options: readonly string[]): JavaClient => {
      const client = new JavaClient(version, server.nameserverAddress, 'JSON', options)
      jvms.push(client)
      return client
    }

    beforeAll(async () => {
      server = await startServer({
        nameserverPort: 0,
        brokerPort: 0,
        topics: { orders: { queues: 1 } },
        tls: { mode: 'permissive', cert, key }
      })
      ours = await connect({ nameservers: server.nameserverAddress, tls: { ca: cert, servername: 'localhost' } })
    }, stepMs)

    afterAll(async () => {
      await Promise.all(jvms.map((jvm) => jvm.close()))
      await ours?.close()
      await server?.close()
    }, stepMs)

    it(
      'one with TLS that verifies our certificate, one with TLS that does not, one without TLS and ours read what each other sent',
      async () => {
        const verifying = java(
          '-Dtls.enable=true',
          '-Dtls.test.mode.enable=false',
          '-Dtls.client.authServer=true',
          `-Dtls.client.trustCertPath=${certFile}`
        )
        const trusting = java('-Dtls.enable=true')
        const plain = java()
        const senders = { verifying, trusting, plain }
        for (const [name, jvm] of Object.entries(senders)) {
          const producer = await jvm.producer('shop')
          const sent = await producer.send({ topic: 'orders', body: Buffer.from(`${name} 订单 ${'x'.repeat(100_000)}`) })
          expect([name, sent.status]).toEqual([name, 'SEND_OK'])
        }
        await ours.producer({ group: 'shop' }).send('orders', 'ours')
        for (const [name, jvm] of Object.entries(senders)) {
          const consumer = await jvm.pushConsumer({ group: `of-${name}`, topic: 'orders', expression: '*' })
          expect([name, (await consumer.received.first(4)).length]).toEqual([name, 4])
        }
        const read: string[] = []
        for await (const batch of ours.pullConsumer({ group: 'of-ours', subscriptions: [{ topic: 'orders' }], from: 'first' })) {
          read.push(...batch.messages.map((message) => message.body.toString().split(' ')[0] ?? ''))
          if (read.length >= 4) break
        }
        expect(read).toEqual(['verifying', 'trusting', 'plain', 'ours'])
      },
      stepMs
    )
  })
}
