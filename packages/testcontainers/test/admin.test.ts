import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingClient, RemotingServer } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode, releaseVersion, type SubscriptionGroupConfig } from '@rocketmq-ts/remoting/wire'
import { type Server, startServer } from '@rocketmq-ts/server'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { CreationError } from '../src'
import { Admin, type AdminOptions } from '../src/admin'
import { groupSettings, topicSettings } from '../src/declarations'

let clock: ManualClock
let network: MemoryNetwork
let closing: (() => Promise<void>)[]

beforeEach(() => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  closing = []
})
afterEach(async () => {
  for (const close of closing) await close()
})

const nameserver = '127.0.0.1:9876'
const broker = '127.0.0.1:10911'

function admin(options: Partial<AdminOptions> = {}): Admin {
  return new Admin({ nameserver, broker, advertised: broker, brokerName: 'broker-a', clock, network, ...options })
}

async function startOurs(): Promise<Server> {
  const server = await startServer({ clock, network })
  closing.push(() => server.close())
  return server
}

/** A server on which the test decides what is answered. */
async function startScripted(port: number, version = '5.5.0'): Promise<RemotingServer> {
  const server = new RemotingServer({ clock, network, host: '127.0.0.1', port, version: releaseVersion(version) })
  closing.push(() => server.close())
  await server.listen()
  return server
}

/** What became of it, once `ms` have passed. */
async function after<T>(ms: number, work: Promise<T>): Promise<T | Error> {
  const settled = work.catch((error: Error) => error)
  await clock.advance(ms)
  return settled
}

async function routeOf(topic: string) {
  const client = new RemotingClient({ clock, network })
  const answer = await client.invoke(nameserver, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic })
  await client.close()
  return answer.code === ResponseCode.SUCCESS ? answer.body : undefined
}

describe('waiting for the registration', () => {
  it('is over at once when the nameserver leads to the broker', async () => {
    await startOurs()
    expect(await admin().untilRegistered(1000)).toBe(true)
  })

  it('is over when the broker comes, though neither server was there at first', async () => {
    const waiting = admin().untilRegistered(60_000)
    await clock.advance(5000)
    const server = await startOurs()
    await server.stopBroker()
    await clock.advance(5000)
    await server.startBroker()
    expect(await after(1000, waiting)).toBe(true)
  })

  it('ends in time when the nameserver knows the broker by another address than clients shall have', async () => {
    await startOurs()
    expect(await after(3000, admin({ advertised: '10.0.0.1:10911' }).untilRegistered(2000))).toBe(false)
  })

  it('leaves no connection behind', async () => {
    await startOurs()
    const before = network.links().length
    await admin().untilRegistered(1000)
    await clock.settle()
    expect(network.links()).toHaveLength(before)
  })
})

describe('creating a topic', () => {
  it('makes it as it was declared, and is over when its route is served', async () => {
    await startOurs()
    await admin().createTopic(topicSettings('', 'orders', { queues: 3, perm: 4, attributes: { 'message.type': 'FIFO' } }))
    expect((await routeOf('orders'))?.queueDatas).toMatchObject([{ brokerName: 'broker-a', readQueueNums: 3, writeQueueNums: 3, perm: 4 }])
  })

  it('changes one that is there', async () => {
    await startOurs()
    await admin().createTopic(topicSettings('', 'orders', { queues: 3 }))
    await admin().createTopic(topicSettings('', 'orders', { queues: 5 }))
    expect((await routeOf('orders'))?.queueDatas).toMatchObject([{ writeQueueNums: 5 }])
  })

  it('that the broker refuses rejects with its answer and is not worth another try', async () => {
    await startOurs()
    const refused: unknown = await admin()
      .createTopic(topicSettings('', 'TBW102', {}))
      .catch((error) => error)
    expect(refused).toBeInstanceOf(CreationError)
    expect(refused).toMatchObject({
      code: 'TOPIC_FAILED',
      retriable: false,
      message: expect.stringMatching(
        /^the topic TBW102 could not be created: the broker answered \d+: .*TBW102.* is conflict with system topic/
      ),
      facts: { topic: 'TBW102', responseCode: ResponseCode.INVALID_PARAMETER, remark: expect.stringContaining('TBW102') }
    })
  })

  it('whose route does not appear rejects, though the broker agreed', async () => {
    const server = await startScripted(10_911)
    server.register(RequestCode.UPDATE_AND_CREATE_TOPIC, () => ({ code: ResponseCode.SUCCESS }))
    await startOursNameserverOnly()
    const late = await after(40_000, admin().createTopic(topicSettings('', 'orders', {})))
    expect(late).toMatchObject({
      code: 'TOPIC_FAILED',
      retriable: true,
      message: expect.stringContaining('does not serve its route after 30000 ms')
    })
  })

  it('with attributes is not asked of a broker before 5.0, which would lose them', async () => {
    const names = await startScripted(9876, '4.9.7')
    names.register(RequestCode.GET_ROUTEINFO_BY_TOPIC, () => ({ code: ResponseCode.TOPIC_NOT_EXIST }))
    const refused = await admin()
      .createTopic(topicSettings('', 'orders', { attributes: { 'message.type': 'FIFO' } }))
      .catch((error) => error)
    expect(refused).toMatchObject({ code: 'TOPIC_FAILED', retriable: false, message: expect.stringContaining('from release 5.0.0 on') })
  })

  it('while the broker is stopped rejects with a reason to try again', async () => {
    const server = await startOurs()
    await server.stopBroker()
    const failed = await after(10_000, admin().createTopic(topicSettings('', 'orders', {})))
    expect(failed).toMatchObject({ code: 'TOPIC_FAILED', retriable: true, facts: { topic: 'orders' } })
    expect((failed as Error).cause).toMatchObject({ code: 'CONNECT_FAILED' })
  })
})

describe('creating a group', () => {
  it('sends its settings in upstream’s words, with upstream’s defaults for the rest', async () => {
    const asked: SubscriptionGroupConfig[] = []
    const server = await startScripted(10_911)
    server.register(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, ({ body }) => {
      asked.push(body)
      return { code: ResponseCode.SUCCESS }
    })
    await admin().createGroup(groupSettings('', 'billing', { maxRetries: 3, mayBroadcast: false }))
    expect(asked).toMatchObject([
      { groupName: 'billing', retryMaxTimes: 3, consumeBroadcastEnable: false, consumeEnable: true, retryQueueNums: 1 }
    ])
  })

  it('is taken by our own broker', async () => {
    await startOurs()
    await expect(admin().createGroup(groupSettings('', 'billing', { maxRetries: 3 }))).resolves.toBeUndefined()
  })

  it('that the broker refuses rejects with its answer', async () => {
    const server = await startScripted(10_911)
    server.register(RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP, () => ({ code: ResponseCode.SYSTEM_ERROR, remark: 'no more groups' }))
    const refused = await admin()
      .createGroup(groupSettings('', 'billing', {}))
      .catch((error) => error)
    expect(refused).toMatchObject({
      code: 'GROUP_FAILED',
      message: 'the group billing could not be created: the broker answered 1: no more groups',
      facts: { group: 'billing', responseCode: 1, remark: 'no more groups' }
    })
  })
})

async function startOursNameserverOnly(): Promise<void> {
  const server = await startServer({ clock, network, brokerPort: 20_911 })
  closing.push(() => server.close())
}
