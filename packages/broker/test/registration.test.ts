import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingServer } from '@rocketmq-ts/remoting'
import {
  hasRegistrationCrc,
  type KVTable,
  type RegisterBrokerBody,
  RequestCode,
  ResponseCode,
  readRegistration
} from '@rocketmq-ts/remoting/wire'
import { MemoryMessageStore } from '@rocketmq-ts/store'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { Broker } from '../src/index'

/** A nameserver that only notes what brokers tell it. */
class NotingNameserver {
  readonly registrations: RegisterBrokerBody[] = []
  readonly headers: object[] = []
  readonly gone: object[] = []
  readonly #server: RemotingServer
  refuses = false
  orderTopics: KVTable | undefined

  constructor(clock: ManualClock, network: MemoryNetwork, port: number) {
    this.#server = new RemotingServer({ clock, network, port })
    this.#server.register(RequestCode.REGISTER_BROKER, ({ header, body, command }) => {
      if (this.refuses) return { code: ResponseCode.SYSTEM_ERROR, remark: 'not today' }
      expect(hasRegistrationCrc(body, header.bodyCrc32)).toBe(true)
      this.registrations.push(readRegistration(body, { compressed: header.compressed, version: command.version }))
      this.headers.push(header)
      return { code: ResponseCode.SUCCESS, header: {}, body: this.orderTopics }
    })
    this.#server.register(RequestCode.UNREGISTER_BROKER, ({ header }) => {
      this.gone.push(header)
      return { code: ResponseCode.SUCCESS }
    })
  }

  start(): Promise<unknown> {
    return this.#server.listen()
  }

  close(): Promise<void> {
    return this.#server.close()
  }

  get topics(): ReadonlySet<string> {
    return new Set(this.registrations[this.registrations.length - 1]?.topicConfigSerializeWrapper.topicConfigTable.keys())
  }
}

let clock: ManualClock
let network: MemoryNetwork
let one: NotingNameserver
let other: NotingNameserver
let broker: Broker

beforeEach(async () => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  one = new NotingNameserver(clock, network, 9876)
  other = new NotingNameserver(clock, network, 9877)
  await Promise.all([one.start(), other.start()])
  broker = makeBroker()
})
afterEach(async () => {
  await broker.close()
  await Promise.all([one.close(), other.close()])
})

function makeBroker(more = {}): Broker {
  const store = new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
  return new Broker({ store, nameservers: ['127.0.0.1:9876', '127.0.0.1:9877'], clock, network, ...more })
}

describe('a broker and its nameservers', () => {
  it('registers with all of them before it is started', async () => {
    await broker.start()
    expect([one.registrations.length, other.registrations.length]).toEqual([1, 1])
    expect(one.headers[0]).toMatchObject({
      brokerName: 'broker-a',
      brokerAddr: '127.0.0.1:10911',
      clusterName: 'DefaultCluster',
      brokerId: 0,
      haServerAddr: '127.0.0.1:10912',
      compressed: false,
      enableActingMaster: false
    })
    expect([...one.topics]).toEqual(expect.arrayContaining(['TBW102', 'SCHEDULE_TOPIC_XXXX', 'DefaultCluster', 'broker-a']))
  })

  it('registers again every 30 s', async () => {
    await broker.start()
    await clock.advance(90_000)
    expect([one.registrations.length, other.registrations.length]).toEqual([4, 4])
  })

  it('registers at once when its topics change, with a new version and all topics', async () => {
    await broker.start()
    const before = one.registrations[0]?.topicConfigSerializeWrapper.dataVersion.counter
    await broker.createTopic('orders')
    expect([...one.topics]).toEqual(expect.arrayContaining(['orders', 'TBW102']))
    expect(other.topics.has('orders')).toBe(true)
    expect(one.registrations[one.registrations.length - 1]?.topicConfigSerializeWrapper.dataVersion.counter).toBe((before ?? 0) + 1)
  })

  it('tells of many topics with few registrations', async () => {
    await broker.start()
    await Promise.all(Array.from({ length: 100 }, (_, i) => broker.createTopic(`t-${i}`)))
    expect(one.topics.has('t-99')).toBe(true)
    expect(one.registrations.length).toBeLessThan(10)
  })

  it('leaves them all when it is closed', async () => {
    await broker.start()
    await broker.close()
    const broker0 = { brokerName: 'broker-a', brokerAddr: '127.0.0.1:10911', clusterName: 'DefaultCluster', brokerId: 0 }
    expect([one.gone, other.gone]).toMatchObject([[broker0], [broker0]])
    await clock.advance(60_000)
    expect(one.registrations).toHaveLength(1)
  })

  it('starts without a nameserver that cannot be reached, and registers when it is back', async () => {
    await other.close()
    await broker.start()
    expect(one.registrations).toHaveLength(1)
    other = new NotingNameserver(clock, network, 9877)
    await other.start()
    await clock.advance(30_000)
    expect(other.topics.has('TBW102')).toBe(true)
  })

  it('tries again after a refusal', async () => {
    other.refuses = true
    await broker.start()
    other.refuses = false
    await clock.advance(3000)
    expect(other.registrations).toHaveLength(1)
  })

  it('marks topics as ordered that the nameservers know to be', async () => {
    one.orderTopics = {
      table: new Map([
        ['orders', 'broker-a:4'],
        ['unknown', 'broker-a:4']
      ])
    }
    await broker.start()
    await broker.createTopic('orders')
    await clock.settle()
    const table = one.registrations[one.registrations.length - 1]?.topicConfigSerializeWrapper.topicConfigTable
    expect([table?.get('orders')?.order, table?.has('unknown')]).toEqual([true, false])
  })
})

describe('the address of a broker', () => {
  it.each([
    [{ advertisedAddress: 'broker.example' }, 'broker.example:10911'],
    [{ advertisedAddress: 'broker.example:31000' }, 'broker.example:31000'],
    [{ host: '0.0.0.0' }, undefined]
  ])('is what clients can reach: %j', async (more, expected) => {
    const advertised = makeBroker(more)
    await advertised.start()
    const address = expected ?? `${network.localAddresses()[0]}:10911`
    expect(advertised.address).toBe(address)
    expect(one.headers[0]).toMatchObject({ brokerAddr: address })
    await advertised.close()
  })
})
