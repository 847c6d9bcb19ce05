import { describe, expect, it } from '@jest/globals'
import { RemotingTimeoutError } from '@rocketmq-ts/remoting'
import { RequestCode, ResponseCode, type SerializeType } from '@rocketmq-ts/remoting/wire'
import { formatEndpoint, realClock, realNetwork } from 'net-ts-protocol-kit'
import { FaultNeverStruckError, FaultOptionsError } from '../../src/index'
import { RemotingWorld } from './remoting-world'
import { type Ground, memoryGround } from './worlds'

const { GET_MAX_OFFSET, GET_MIN_OFFSET, NOTIFY_CONSUMER_IDS_CHANGED, SEND_MESSAGE_V2, UPDATE_CONSUMER_OFFSET } = RequestCode
const { SYSTEM_BUSY, TOPIC_NOT_EXIST } = ResponseCode

const grounds: ReadonlyArray<readonly [string, () => Ground, SerializeType]> = [
  ['in memory, binary headers', () => memoryGround(), 'ROCKETMQ'],
  ['in memory byte by byte, JSON headers', () => memoryGround({ maxBytes: 1 }), 'JSON'],
  ['on real sockets, binary headers', () => ({ network: realNetwork, clock: realClock }), 'ROCKETMQ'],
  ['on real sockets, JSON headers', () => ({ network: realNetwork, clock: realClock }), 'JSON']
]

const failure = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not fail')
}

describe.each(grounds)('faults of frames, %s', (_name, makeGround, serializeType) => {
  const told = async (story: (world: RemotingWorld) => Promise<void>): Promise<void> => {
    const world = await RemotingWorld.start(makeGround())
    try {
      await story(world)
    } finally {
      await world.close()
    }
  }

  it('answer the next request with a code and a remark, without the server, and then no more', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      await world.max(client, 0)
      const busy = world.faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY, remark: 'too much' })
      const response = await world.max(client, 1)
      expect(response).toMatchObject({ code: SYSTEM_BUSY, remark: 'too much' })
      expect(response.command).toMatchObject({ serializeType, language: 'JAVA', version: 513, isResponse: true })
      expect((await world.max(client, 2)).header.offset).toBe(1002)
      expect(world.asked).toEqual([0, 2])
      expect([busy.hits, busy.isActive]).toEqual([1, false])
    }))

  it('answer as many as asked for, from the one asked for', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      world.faults.answerWith(GET_MAX_OFFSET, { responseCode: TOPIC_NOT_EXIST, nth: 2, times: 3 })
      const codes = await Promise.all([0, 1, 2, 3, 4, 5].map(async (queueId) => (await world.max(client, queueId)).code))
      expect(codes).toEqual([0, TOPIC_NOT_EXIST, TOPIC_NOT_EXIST, TOPIC_NOT_EXIST, 0, 0])
      expect(world.asked).toEqual([0, 4, 5])
    }))

  it('answer every request until they end, and leave other requests alone', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const busy = world.faults.answerWith([SEND_MESSAGE_V2, GET_MAX_OFFSET], {
        responseCode: SYSTEM_BUSY,
        times: Number.POSITIVE_INFINITY
      })
      for (const queueId of [0, 1, 2]) expect((await world.max(client, queueId)).code).toBe(SYSTEM_BUSY)
      const other = world.min(client, 7)
      while (world.holding === 0) await new Promise<void>((resolve) => world.clock.deferAfterInput(resolve))
      world.release()
      expect((await other).header.offset).toBe(7)
      busy.end()
      expect((await world.max(client, 3)).code).toBe(0)
      expect(busy.hits).toBe(3)
    }))

  it('drop a request, which never arrives while those around it do', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const drop = world.faults.dropRequest(GET_MAX_OFFSET, { nth: 2 })
      const calls = [0, 1, 2].map((queueId) => world.max(client, queueId))
      await Promise.all([calls[0], calls[2]])
      await drop.struck
      expect(world.asked).toEqual([0, 2])
      world.faults.cut()
      expect(await failure(calls[1] ?? Promise.resolve())).toMatchObject({ code: 'CONNECTION_LOST' })
    }))

  it('drop the answer to a request that is under way already, and to no other request', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const first = world.min(client, 1)
      const second = world.min(client, 2)
      while (world.holding < 2) await new Promise<void>((resolve) => world.clock.deferAfterInput(resolve))
      const drop = world.faults.dropAnswer(GET_MIN_OFFSET)
      expect((await world.max(client, 0)).code).toBe(0)
      world.release()
      expect((await second).header.offset).toBe(2)
      expect(drop.hits).toBe(1)
      world.faults.cut()
      expect(await failure(first)).toMatchObject({ code: 'CONNECTION_LOST' })
    }))

  it('lose a request that wants no answer, whatever it would be answered with', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const header = (queueId: number) => ({ consumerGroup: 'g', topic: 't', queueId, commitOffset: 1 })
      const lose = world.faults.answerWith(UPDATE_CONSUMER_OFFSET, { responseCode: SYSTEM_BUSY })
      await client.invokeOneway(world.address, UPDATE_CONSUMER_OFFSET, header(1))
      await client.invokeOneway(world.address, UPDATE_CONSUMER_OFFSET, header(2))
      await world.max(client, 3)
      expect([world.asked, lose.hits, client.counters.framesIn]).toEqual([[2, 3], 1, 1])
    }))

  it('drop a request that a server sends to its client', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const heard: string[] = []
      client.handle(NOTIFY_CONSUMER_IDS_CHANGED, ({ header }) => {
        heard.push(header.consumerGroup)
        return undefined
      })
      await world.max(client, 0)
      const drop = world.faults.dropRequest(NOTIFY_CONSUMER_IDS_CHANGED, { client: 'client-1' })
      for (const consumerGroup of ['one', 'two']) world.peers[0]?.invokeOneway(NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup })
      await drop.struck
      await world.max(client, 0)
      expect(heard).toEqual(['two'])
    }))

  it('strike one at a time, the oldest first, and each counts what the others took', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const first = world.faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY, times: 2 })
      const second = world.faults.answerWith(GET_MAX_OFFSET, { responseCode: TOPIC_NOT_EXIST, nth: 2 })
      const codes: number[] = []
      for (const queueId of [0, 1, 2, 3]) codes.push((await world.max(client, queueId)).code)
      expect(codes).toEqual([SYSTEM_BUSY, SYSTEM_BUSY, TOPIC_NOT_EXIST, 0])
      expect([first.hits, second.hits]).toEqual([2, 1])
    }))

  it('leave a request alone whose code means something else in the other direction', () =>
    told(async (world) => {
      const client = world.client('client-1', { serializeType })
      const other = world.faults.dropRequest({ name: 'OTHER', code: GET_MAX_OFFSET.code, direction: 'to-client' })
      expect((await world.max(client, 0)).code).toBe(0)
      expect(other.hits).toBe(0)
    }))

  it('strike only the clients that are meant', () =>
    told(async (world) => {
      const [one, two] = [world.client('client-1', { serializeType }), world.client('client-2', { serializeType })]
      world.faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY, client: 'client-2', times: Number.POSITIVE_INFINITY })
      const codes = [await world.max(one, 0), await world.max(two, 0), await world.max(one, 0)].map(({ code }) => code)
      expect(codes).toEqual([0, SYSTEM_BUSY, 0])
    }))
})

describe('faults of frames by the clock', () => {
  it('leave the client of a dropped answer to its deadline, and the connection as it is', async () => {
    const ground = memoryGround()
    const world = await RemotingWorld.start(ground)
    const client = world.client()
    world.faults.dropAnswer(GET_MAX_OFFSET)
    const lost = failure(world.max(client, 0, 1000))
    await ground.clock.advance(1100)
    expect(await lost).toBeInstanceOf(RemotingTimeoutError)
    expect((await world.max(client, 1)).header.offset).toBe(1001)
    expect(world.peers.length).toBe(1)
    await world.close()
  })

  it('delay an invented answer as any other', async () => {
    const ground = memoryGround()
    const world = await RemotingWorld.start(ground)
    const client = world.client()
    await world.max(client, 0)
    world.faults.delay(100)
    world.faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY })
    let code: number | undefined
    void world.max(client, 0).then((response) => {
      code = response.code
    })
    await ground.clock.advance(99)
    expect(code).toBeUndefined()
    await ground.clock.advance(1)
    expect(code).toBe(SYSTEM_BUSY)
    await world.close()
  })

  it('answer a request of the server instead of its client', async () => {
    const ground = memoryGround()
    const world = await RemotingWorld.start(ground)
    const client = world.client()
    client.handle(NOTIFY_CONSUMER_IDS_CHANGED, () => ({ code: 0 }))
    await world.max(client, 0)
    world.faults.answerWith(NOTIFY_CONSUMER_IDS_CHANGED, { responseCode: 1, remark: 'no' })
    const [peer] = world.peers
    expect(await peer?.invoke(NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: 'g' })).toMatchObject({ code: 1, remark: 'no' })
    expect(await peer?.invoke(NOTIFY_CONSUMER_IDS_CHANGED, { consumerGroup: 'g' })).toMatchObject({ code: 0 })
    await world.close()
  })
})

describe('faults', () => {
  it('find a client of another process by its id, through those who know its address', async () => {
    const addresses: string[] = []
    const addressesOf = (clientId: string): readonly string[] => (clientId === 'java-1' ? addresses : [])
    const world = await RemotingWorld.start(memoryGround(), { addressesOf })
    const stranger = world.stranger()
    const own = world.client()
    await world.max(stranger, 0)
    await world.max(own, 0)
    const busy = world.faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY, client: 'java-1' })
    expect((await world.max(stranger, 0)).code).toBe(0)
    addresses.push(...world.peers.slice(0, 1).map(({ remote }) => formatEndpoint(remote)))
    expect((await world.max(own, 0)).code).toBe(0)
    expect((await world.max(stranger, 0)).code).toBe(SYSTEM_BUSY)
    expect(busy.hits).toBe(1)
    await world.close()
  })

  it('say what they are, how often they struck, and which never did', async () => {
    const world = await RemotingWorld.start(memoryGround())
    const client = world.client()
    const { faults } = world
    const busy = faults.answerWith(GET_MAX_OFFSET, { responseCode: SYSTEM_BUSY, nth: 2, server: 'broker-a', client: 'client-1' })
    faults.dropRequest(SEND_MESSAGE_V2, { nth: 3, times: 2 })
    faults.dropAnswer(11, { times: Number.POSITIVE_INFINITY })
    faults.stall({ direction: 'to-client', client: { clientId: 'client-2' } })
    faults.halfOpen({ server: world.address })
    await world.max(client, 0)
    await world.max(client, 0)
    expect(faults.unused.map(String)).toEqual([
      'drop 2 × SEND_MESSAGE_V2 from the 3rd on (never struck)',
      'drop the answer to every PULL_MESSAGE (never struck)',
      'stall bytes from client-2, to-client (never struck)',
      `half-open connections at ${world.address}: the server is gone (never struck)`
    ])
    expect(String(busy)).toBe('answer the 2nd GET_MAX_OFFSET with SYSTEM_BUSY (2) at broker-a from client-1 (struck 1×)')
    expect(faults.active.length).toBe(4)
    faults.endAll()
    expect([faults.active.length, faults.unused.length]).toEqual([0, 4])
    await world.close()
  })

  it('let a test wait for the first strike, and reject that wait when there was none', async () => {
    const world = await RemotingWorld.start(memoryGround())
    const client = world.client()
    const used = world.faults.dropRequest(UPDATE_CONSUMER_OFFSET)
    const unused = world.faults.dropRequest(GET_MAX_OFFSET)
    await client.invokeOneway(world.address, UPDATE_CONSUMER_OFFSET, { consumerGroup: 'g', topic: 't', queueId: 0, commitOffset: 1 })
    await used.struck
    const waiting = failure(unused.struck)
    unused.end()
    unused.end()
    expect(await waiting).toBeInstanceOf(FaultNeverStruckError)
    expect(await waiting).toMatchObject({ code: 'FAULT_NEVER_STRUCK', facts: { description: 'drop the 1st GET_MAX_OFFSET' } })
    await world.close()
  })

  it('refuse what cannot be, naming the option', async () => {
    const world = await RemotingWorld.start(memoryGround())
    const { faults } = world
    const refused: ReadonlyArray<readonly [string, () => unknown]> = [
      ['sever', () => faults.cut({ sever: 'broker-a' } as object)],
      ['server', () => faults.cut({ server: 'broker-b' })],
      ['client', () => faults.stall({ client: '' })],
      ['direction', () => faults.stall({ direction: 'up' as 'both' })],
      ['gone', () => faults.halfOpen({ gone: 'both' as 'client' })],
      ['ms', () => faults.delay(0)],
      ['nth', () => faults.dropRequest(GET_MAX_OFFSET, { nth: 0 })],
      ['times', () => faults.dropAnswer(GET_MAX_OFFSET, { times: 1.5 })],
      ['code', () => faults.dropRequest([])],
      ['code', () => faults.dropRequest('SEND_MESSAGE' as unknown as number)],
      ['responseCode', () => faults.answerWith(GET_MAX_OFFSET, {} as { responseCode: number })],
      ['responsCode', () => faults.answerWith(GET_MAX_OFFSET, { responsCode: 2 } as unknown as { responseCode: number })],
      ['remark', () => faults.answerWith(GET_MAX_OFFSET, { responseCode: 2, remark: 5 as unknown as string })],
      ['options', () => faults.answerWith(GET_MAX_OFFSET, undefined as unknown as { responseCode: number })],
      ['options', () => faults.refuse(null as unknown as object)]
    ]
    for (const [option, call] of refused) {
      const error = await failure(Promise.resolve().then(call))
      expect(error).toBeInstanceOf(FaultOptionsError)
      expect(error).toMatchObject({ code: 'OPTION_INVALID', facts: { option } })
    }
    expect(faults.unused).toEqual([])
    await world.close()
  })
})
