import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { type Client, connect } from '@rocketmq-ts/client'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { parseOffsetMessageId, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { CreationError, RocketMQContainer, StartError, type StartedRocketMQ, startRocketMQ } from '@rocketmq-ts/testcontainers'
import { realClock, realNetwork } from 'net-ts-protocol-kit'
import { getContainerRuntimeClient } from 'testcontainers'
import { freePort } from '../../packages/testcontainers/src/ports'
import { expectEventually } from '../contract/eventually'
import { meansFor } from './availability'
import { describeInContainers, judgedVersions, judgeRestartMs, judgeStartMs } from './judges'

const NEEDS = "the user's module needs"

// An image that no registry has tells that none is in reach, and with it none for Testcontainers' own reaper.
if (imageOf('5.5.0').startsWith('rocketmq-ts/')) process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'

for (const version of judgedVersions) {
  const image = imageOf(version)
  // Each release on the network that the other is not on.
  const network = version === '4.9.7' ? 'bridge' : 'host'

  describeInContainers(version, NEEDS)(`a container of ${version} on a ${network} network`, () => {
    const printed: string[] = []
    let rocketmq: StartedRocketMQ
    let mq: Client
    let wire: RemotingClient

    beforeAll(async () => {
      rocketmq = await new RocketMQContainer(image)
        .withNetworkMode(network)
        .withTopics({ orders: { queues: 3 }, archive: { queues: 2, perm: 4 } })
        .withGroups({ strict: { maxRetries: 0 }, lenient: { maxRetries: 5 }, barred: { mayConsume: false }, wide: { retryQueues: 3 } })
        .withBrokerConfig({ autoCreateTopicEnable: false, autoCreateSubscriptionGroup: false })
        .withLabels({ 'example.suite': version })
        .withLogConsumer((stream, role) => stream.on('data', (chunk) => printed.push(`${role}: ${chunk}`)))
        .start()
      mq = await connect({ nameservers: rocketmq.nameservers, addressMap: rocketmq.addressMap })
      wire = new RemotingClient({ clock: realClock, network: realNetwork })
    }, judgeStartMs)

    afterAll(async () => {
      await wire?.close()
      await mq?.close()
      await rocketmq?.stop()
    }, judgeStartMs)

    it('takes a message for a declared topic at once, on as many queues as were declared', async () => {
      expect((await mq.producer({ group: 'shop' }).send('orders', 'hello')).status).toBe('SEND_OK')
      expect(await queues('orders')).toMatchObject([{ readQueueNums: 3, writeQueueNums: 3, perm: 6 }])
      expect(await queues('archive')).toMatchObject([{ readQueueNums: 2, writeQueueNums: 2, perm: 4 }])
    })

    it('knows no other topic when the broker is to create none', async () => {
      await expect(mq.producer({ group: 'shop' }).send('undeclared', 'hello')).rejects.toThrow('undeclared')
    })

    it('takes a message for a topic that was created later, at once', async () => {
      await rocketmq.createTopic('later', { queues: 1 })
      const receipt = await mq.producer({ group: 'shop' }).send('later', 'hello')
      expect(receipt).toMatchObject({ status: 'SEND_OK', queueOffset: 0 })
    })

    it('makes a dead letter of what failed in a group without retries, and keeps it in one that has some', async () => {
      expect(await sentBackBy('lenient')).toBe(ResponseCode.SUCCESS)
      expect(await sentBackBy('strict')).toBe(ResponseCode.SUCCESS)
      // An official broker answers before its consume queues have the message; they get messages in the order of the log.
      await expectEventually(deadLetters('strict', 1))
      expect(await countDeadLetters('lenient')).toBe(0)
      expect(await sentBackBy('undeclared')).not.toBe(ResponseCode.SUCCESS)
    })

    it('gives a push consumer the retry queues of its group', async () => {
      await mq.producer({ group: 'shop' }).send('orders', 'for wide')
      const arrived = new Promise<void>((resolve) => {
        const options = { group: 'wide', subscriptions: [{ topic: 'orders' }], from: 'first' } as const
        mq.pushConsumer(options, () => resolve())
      })
      await arrived
      expect(await queues('%RETRY%wide')).toMatchObject([{ readQueueNums: 3 }])
    })

    it('refuses what the broker refuses, with its words', async () => {
      const refused: unknown = await rocketmq.createTopic('SCHEDULE_TOPIC_XXXX').catch((error) => error)
      expect(refused).toBeInstanceOf(CreationError)
      expect(refused).toMatchObject({
        code: 'TOPIC_FAILED',
        facts: {
          topic: 'SCHEDULE_TOPIC_XXXX',
          responseCode: expect.any(Number),
          remark: expect.stringContaining('conflict with system topic')
        }
      })
    })

    it(version === '4.9.7' ? 'has no attributes of topics, and says so' : 'gives a topic its attributes', async () => {
      const creating = rocketmq.createTopic('in-order', { attributes: { 'message.type': 'FIFO' } })
      if (version === '4.9.7') return expect(creating).rejects.toThrow('from release 5.0.0 on')
      await creating
      expect([...((await topicConfig('in-order'))?.attributes ?? [])]).toEqual([['message.type', 'FIFO']])
    })

    it('tells its release, and carries labels on both containers', async () => {
      expect(rocketmq.version).toBe(version)
      expect(await labelled(`example.suite=${version}`)).toBe(2)
    })

    it(
      'keeps topics and groups over a restart, takes messages at once, and prints into the same consumer',
      async () => {
        const bootsBefore = boots().length
        await rocketmq.restartBroker()
        expect(boots()).toHaveLength(bootsBefore + 1)
        expect(await queues('orders')).toMatchObject([{ writeQueueNums: 3 }])
        // A client that has seen the broker gone waits a moment between its attempts to connect.
        await using newcomer = await connect({ nameservers: rocketmq.nameservers, addressMap: rocketmq.addressMap })
        expect((await newcomer.producer({ group: 'shop' }).send('orders', 'after')).status).toBe('SEND_OK')
        expect(await sentBackBy('strict', newcomer)).toBe(ResponseCode.SUCCESS)
        await expectEventually(deadLetters('strict', 2))
      },
      judgeRestartMs
    )

    const boots = () => printed.filter((chunk) => chunk.startsWith('broker: ') && chunk.includes('boot success'))

    const queues = async (topic: string) => (await route(topic))?.queueDatas

    async function route(topic: string) {
      const answer = await wire.invoke(rocketmq.nameservers, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
      return answer.code === ResponseCode.SUCCESS ? answer.body : undefined
    }

    async function topicConfig(topic: string) {
      return (await wire.invoke(rocketmq.brokerAddress, RequestCode.GET_ALL_TOPIC_CONFIG, {})).body.topicConfigTable.get(topic)
    }

    /** A message fails in a group, whose client leaves it to the broker how often it is tried again. */
    async function sentBackBy(group: string, client = mq): Promise<number> {
      const { offsetMessageId: id } = await client.producer({ group: 'shop' }).send('orders', 'will fail')
      const header = {
        offset: parseOffsetMessageId(id).physicalOffset,
        group,
        delayLevel: 3,
        originMsgId: id,
        originTopic: 'orders',
        unitMode: false
      }
      return (await wire.invoke(rocketmq.brokerAddress, RequestCode.CONSUMER_SEND_MSG_BACK, header)).code
    }

    const deadLetters = (group: string, wanted: number) => async (): Promise<string | undefined> => {
      const count = await countDeadLetters(group)
      return count === wanted ? undefined : `${wanted} dead letters of ${group}: there are ${count}`
    }

    async function countDeadLetters(group: string): Promise<number> {
      const answer = await wire.invoke(rocketmq.brokerAddress, RequestCode.GET_MAX_OFFSET, { topic: `%DLQ%${group}`, queueId: 0 })
      return answer.code === ResponseCode.SUCCESS ? answer.header.offset : 0
    }
  })
}

const image = imageOf('5.5.0')

describeInContainers('5.5.0', NEEDS)('a start', () => {
  const labels = { 'example.suite': `failing starts ${Date.now()}` }

  it(
    'that clients elsewhere shall use advertises their address, and gives this process a map to its own',
    async () => {
      await using rocketmq = await startRocketMQ({
        image,
        network: 'host',
        labels,
        advertisedHost: '192.0.2.7',
        topics: { orders: { queues: 1 } }
      })
      const [advertised, reached] = Object.entries(rocketmq.addressMap)[0] ?? []
      expect(rocketmq.brokerAddress).toBe(advertised)
      expect(advertised).toMatch(/^192\.0\.2\.7:/)
      await using mq = await connect({ nameservers: rocketmq.nameservers, addressMap: rocketmq.addressMap })
      expect((await mq.producer({ group: 'shop' }).send('orders', 'hello')).status).toBe('SEND_OK')
      expect(reached?.split(':')[0]).toBe(rocketmq.nameservers.split(':')[0])
    },
    judgeRestartMs
  )

  it.each(['host', 'bridge'] as const)(
    'on a port that is taken fails with what was printed, on a %s network',
    async (network) => {
      await using taken = await takePort()
      const error: unknown = await startRocketMQ({ image, network, labels, brokerPort: taken.port, nameserverPort: taken.port + 20 }).catch(
        (reason) => reason
      )
      expect(error).toBeInstanceOf(StartError)
      expect(`${(error as Error).message}`).toMatch(/already (in use|allocated)/i)
    },
    judgeRestartMs
  )

  it(
    'of a broker that cannot be fails within seconds and shows why',
    async () => {
      const failing = startRocketMQ({ image, network: 'bridge', labels, brokerConfig: { brokerRole: 'SLAVE' } })
      await expect(failing).rejects.toMatchObject({
        code: 'START_FAILED',
        facts: { role: 'broker' },
        message: expect.stringContaining("Slave's brokerId must be > 0")
      })
    },
    judgeRestartMs
  )

  it(
    'whose declared topic is refused fails with the refusal',
    async () => {
      const failing = startRocketMQ({ image, labels, topics: { orders: {}, SCHEDULE_TOPIC_XXXX: {} } })
      await expect(failing).rejects.toMatchObject({ code: 'TOPIC_FAILED', facts: { topic: 'SCHEDULE_TOPIC_XXXX' } })
    },
    judgeRestartMs
  )

  it('that failed, like one that was stopped, leaves no container behind', async () => {
    expect(await labelled(`example.suite=${labels['example.suite']}`)).toBe(0)
  })
})

/** Empty when no container can run. */
function imageOf(version: string): string {
  const means = meansFor(version)
  return means.kind === 'container' ? means.image : ''
}

/** How many containers have the label, running or not. */
async function labelled(label: string): Promise<number> {
  const { dockerode } = (await getContainerRuntimeClient()).container
  return (await dockerode.listContainers({ all: true, filters: { label: [label] } })).length
}

/** Listens on a port that a broker could have. */
async function takePort(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer()
  const port = await freePort([0, -2, 1, 20])
  await new Promise<void>((resolve) => server.listen(port, '0.0.0.0', resolve))
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) }
}
