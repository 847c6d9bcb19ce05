import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Client, type ClientOptions, connect, NameserverUnreachableError } from '@rocketmq-ts/client'
import { type GuardedServers, startGuarded } from './guarded-servers'
import { describeWithJava } from './java/java-programs'

const folder = join(__dirname, '..', '..', 'packages', 'net-ts-protocol-kit', 'test', 'tls')
const [cert, key] = ['cert.pem', 'key.pem'].map((file) => readFileSync(join(folder, file), 'utf8'))
const trust = { ca: cert ?? '', servername: 'localhost' }

/** A certificate that clients can verify, and nobody without TLS. */
const guard = {
  files: { 'tls/cert.pem': cert ?? '', 'tls/key.pem': key ?? '' },
  config: {},
  javaOptions: [
    '-Dtls.test.mode.enable=false',
    '-Dtls.server.mode=enforcing',
    '-Dtls.server.certPath=<home>/tls/cert.pem',
    '-Dtls.server.keyPath=<home>/tls/key.pem',
    // A broker is a client of its nameserver.
    '-Dtls.enable=true',
    '-Dtls.client.trustCertPath=<home>/tls/cert.pem'
  ]
}

for (const release of ['4.9.7', '5.5.0'] as const) {
  describeWithJava(release)(`our client and ${release} over TLS`, () => {
    let servers: GuardedServers
    const clients: Client[] = []

    const connected = async (options: Partial<ClientOptions>): Promise<Client> => {
      const client = await connect({ nameservers: servers.nameserver, ...options })
      clients.push(client)
      return client
    }

    beforeAll(async () => {
      servers = await startGuarded(release, guard)
    }, 180_000)

    afterAll(async () => {
      for (const client of clients) await client.close()
      await servers?.close()
    }, 30_000)

    it('sends and receives, small and large', async () => {
      const mq = await connected({ tls: trust })
      const producer = mq.producer({ group: 'shop', sendTimeoutMs: 10_000, compressAboveBytes: Number.POSITIVE_INFINITY })
      const bodies = ['订单 🍣', 'x'.repeat(300_000)]
      for (const body of bodies) expect((await producer.send('orders', body)).status).toBe('SEND_OK')
      const read: string[] = []
      const consumer = mq.pullConsumer({ group: 'billing', subscriptions: [{ topic: 'orders' }], from: 'first' })
      for await (const batch of consumer) {
        read.push(...batch.messages.map((message) => message.body.toString()))
        if (read.length >= bodies.length) break
      }
      expect(read.sort()).toEqual(bodies.sort())
    }, 60_000)

    it('is not connected with a server whose certificate it does not trust, nor without TLS', async () => {
      for (const options of [{ tls: { servername: 'localhost' } }, { tls: { ...trust, servername: 'elsewhere.example' } }, {}]) {
        await expect(connected(options)).rejects.toBeInstanceOf(NameserverUnreachableError)
      }
    }, 60_000)
  })
}
