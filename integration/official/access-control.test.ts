import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Client, type ClientOptions, connect, retry, SendError } from '@rocketmq-ts/client'
import { type Guard, type GuardedServers, startGuarded } from './guarded-servers'
import { describeWithJava } from './java/java-programs'

const owner = { accessKey: 'rocketmq-ts', secretKey: '12345678' }
const wrongSecret = { ...owner, secretKey: '87654321' }

/** ACL 1.0 as in plain_acl.yml, and ACL 2.0 with a first user. */
const guards: Readonly<Record<'4.9.7' | '5.5.0', Guard>> = {
  '4.9.7': {
    files: {
      'conf/plain_acl.yml': `accounts:
- accessKey: ${owner.accessKey}
  secretKey: "${owner.secretKey}"
  whiteRemoteAddress:
  admin: false
  defaultTopicPerm: DENY
  defaultGroupPerm: SUB
  topicPerms:
  - orders=PUB|SUB
  - private=DENY
`
    },
    config: { aclEnable: 'true' }
  },
  '5.5.0': {
    files: {},
    config: {
      authenticationEnabled: 'true',
      authenticationProvider: 'org.apache.rocketmq.auth.authentication.provider.DefaultAuthenticationProvider',
      authenticationMetadataProvider: 'org.apache.rocketmq.auth.authentication.provider.LocalAuthenticationMetadataProvider',
      initAuthenticationUser: JSON.stringify({ username: owner.accessKey, password: owner.secretKey }),
      innerClientAuthenticationCredentials: JSON.stringify(owner)
    }
  }
}

for (const release of ['4.9.7', '5.5.0'] as const) {
  describeWithJava(release)(`a client with credentials and ${release} with access control`, () => {
    let servers: GuardedServers
    const clients: Client[] = []

    const connected = async (options: Partial<ClientOptions>): Promise<Client> => {
      const client = await connect({ nameservers: servers.nameserver, ...options })
      clients.push(client)
      return client
    }

    beforeAll(async () => {
      servers = await startGuarded(release, guards[release])
    }, 180_000)

    afterAll(async () => {
      for (const client of clients) await client.close()
      await servers?.close()
    }, 30_000)

    it('sends and receives, small and large, in Chinese and with properties', async () => {
      const mq = await connected({ credentials: owner })
      const producer = mq.producer({ group: 'shop', sendTimeoutMs: 10_000 })
      const bodies = ['订单 🍣', 'x'.repeat(20_000)]
      for (const body of bodies) {
        const receipt = await producer.send('orders', body, { tag: 'created', keys: ['o-1'], properties: { 客户: '张三' } })
        expect(receipt.status).toBe('SEND_OK')
      }
      const read: string[] = []
      const consumer = mq.pullConsumer({ group: 'billing', subscriptions: [{ topic: 'orders', tags: ['created'] }], from: 'first' })
      for await (const batch of consumer) {
        read.push(...batch.messages.map((message) => message.body.toString()))
        await batch.commit()
        if (read.length >= bodies.length) break
      }
      expect(read.sort()).toEqual(bodies.sort())
    }, 60_000)

    it('is given messages by push, and what failed again', async () => {
      const mq = await connected({ credentials: owner })
      const attempts: number[] = []
      let finish = (): void => {}
      const finished = new Promise<void>((resolve) => {
        finish = resolve
      })
      const options = { group: 'audit', subscriptions: [{ topic: 'orders' }], from: 'first' } as const
      const worker = mq.pushConsumer(options, (message) => {
        attempts.push(message.attempt)
        if (attempts.length === 3) finish()
        return attempts.length === 1 ? retry({ delayLevel: 1 }) : undefined
      })
      await worker.ready
      await finished
      expect(attempts).toEqual([1, 1, 2])
      expect(await worker.close({ timeoutMs: 10_000 })).toMatchObject({ isComplete: true })
    }, 60_000)

    it.each([
      ['a wrong secret', { credentials: wrongSecret }],
      ['an unknown access key', { credentials: { accessKey: 'somebody', secretKey: owner.secretKey } }],
      ['no credentials', {}]
    ])(
      'is refused with %s, and the error shows no secret',
      async (_name, options) => {
        const mq = await connected({ ...options, requestTimeoutMs: 10_000 })
        const error = await mq
          .producer({ group: 'shop', retries: 0, sendTimeoutMs: 10_000 })
          .send('orders', 'x')
          .then(String, (cause) => cause)
        expect(error).toBeInstanceOf(SendError)
        expect(JSON.stringify([error, error.message, error.facts])).not.toMatch(/12345678|87654321/)
      },
      60_000
    )

    if (release === '4.9.7') {
      it('is refused a topic that it has no right to', async () => {
        const mq = await connected({ credentials: owner })
        const sent = mq.producer({ group: 'shop', retries: 0, sendTimeoutMs: 10_000 }).send('private', 'x')
        await expect(sent).rejects.toThrow(/private/)
      }, 60_000)
    }
  })
}
