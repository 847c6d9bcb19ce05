import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { CodedError, type Network } from 'net-ts-protocol-kit'
import { FaultNetwork } from '../../src/faults/index'
import { grounds, memoryGround, StreamWorld } from './worlds'

const pattern = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

const BLOCK = pattern(256 * 1024)
/** More than a socket keeps for a peer that does not read. */
const MANY = Array.from({ length: 64 }, () => BLOCK)
const MANY_BYTES = 64 * BLOCK.length

describe.each(grounds)('a connection with faults in between, over %s', (_name, makeGround) => {
  let world: StreamWorld

  beforeEach(async () => {
    world = await StreamWorld.start(makeGround())
  })

  afterEach(() => world.close())

  it('carries every byte in order both ways while there is no fault, also bytes that are no frames', async () => {
    const [client, server] = await world.pair()
    const there = pattern(300_000)
    const back = pattern(200_001)
    for (let at = 0; at < there.length; at += 1009) client.stream.write(there.subarray(at, at + 1009))
    server.stream.writeAll([back.subarray(0, 10), back.subarray(10)])
    await server.until(() => server.receivedBytes === there.length)
    await client.until(() => client.receivedBytes === back.length)
    expect(server.received.equals(there)).toBe(true)
    expect(client.received.equals(back)).toBe(true)
  })

  it('says when bytes may be changed, once per write', async () => {
    const [client, server] = await world.pair()
    let written = 0
    const bytes = [pattern(10), pattern(1000), pattern(100_000)]
    const writes = [...bytes.map((chunk) => [chunk]), bytes]
    await Promise.all(
      writes.map(
        (chunks) =>
          new Promise<void>((resolve) => {
            server.stream.writeAll(chunks, () => {
              written++
              resolve()
            })
          })
      )
    )
    await client.until(() => client.receivedBytes === 2 * 101_010)
    expect(written).toBe(4)
  })

  it('makes a server wait for a client that does not read, and tells it when it may go on', async () => {
    const [client, server] = await world.pair()
    client.stream.pause()
    expect(server.stream.writeAll(MANY)).toBe(false)
    expect(server.stream.pendingBytes).toBeGreaterThan(0)
    client.stream.resume()
    await server.until(() => server.events.includes('drain'))
    await client.until(() => client.receivedBytes === MANY_BYTES)
    expect(server.stream.pendingBytes).toBe(0)
  })

  it('makes a client wait for a server that does not read', async () => {
    const [client, server] = await world.pair()
    server.stream.pause()
    expect(client.stream.writeAll(MANY)).toBe(false)
    expect(client.stream.pendingBytes).toBeGreaterThan(0)
    server.stream.resume()
    await server.until(() => server.receivedBytes === MANY_BYTES)
  })

  it('ends by agreement: what was written arrives, then the end, then both close', async () => {
    const [client, server] = await world.pair()
    client.stream.write(Buffer.from('bye'))
    client.stream.end()
    await server.until(() => server.events.includes('end'))
    server.stream.end()
    await client.until(() => client.isClosed)
    await server.until(() => server.isClosed)
    expect([server.text, server.events]).toEqual(['bye', ['end', 'close']])
    expect(client.events).toEqual(['end', 'close'])
  })

  it('cuts: both ends see a reset, and a new connection works', async () => {
    const [client, server] = await world.pair()
    const cut = world.faults.cut({ server: 'broker-a' })
    await client.until(() => client.isClosed)
    await server.until(() => server.isClosed)
    expect([client.events, server.events]).toEqual([['reset'], ['reset']])
    expect([cut.hits, cut.isActive]).toEqual([1, false])
    const [again, behind] = await world.pair()
    again.stream.write(Buffer.from('hello'))
    await behind.until(() => behind.text === 'hello')
  })

  it('cuts only the connections of the client that is named', async () => {
    const [first] = await world.pair('client-1')
    const [second] = await world.pair('client-2')
    const address = `${second.stream.local.host}:${second.stream.local.port}`
    expect(world.faults.cut({ client: { clientId: 'client-3' } }).hits).toBe(0)
    expect(world.faults.cut({ client: address, server: 'broker-a' }).hits).toBe(1)
    await second.until(() => second.isClosed)
    expect(first.isClosed).toBe(false)
    expect(world.faults.cut({ client: 'client-1' }).hits).toBe(1)
    await first.until(() => first.isClosed)
  })

  it('stalls one direction, and goes on where it stopped', async () => {
    const [client, server] = await world.pair()
    const stall = world.faults.stall({ direction: 'to-server' })
    client.stream.write(Buffer.from('one '))
    await stall.struck
    client.stream.write(Buffer.from('two'))
    server.stream.write(Buffer.from('back'))
    await client.until(() => client.text === 'back')
    expect(server.text).toBe('')
    stall.end()
    await server.until(() => server.text === 'one two')
  })

  it('stalls both directions of new connections too', async () => {
    const stall = world.faults.stall()
    const [client, server] = await world.pair()
    server.stream.write(Buffer.from('back'))
    expect(stall.hits).toBe(1)
    client.stream.write(Buffer.from('there'))
    await stall.struck
    expect(client.text).toBe('')
    stall.end()
    await client.until(() => client.text === 'back')
    await server.until(() => server.text === 'there')
  })

  it('lets a stalled server feel that nothing arrives, without keeping more than a window', async () => {
    const [client, server] = await world.pair()
    const stall = world.faults.stall({ direction: 'to-client' })
    let sent = 0
    while (server.stream.write(pattern(16_384))) sent++
    expect(sent).toBe(16)
    expect(server.stream.pendingBytes).toBe(16_384)
    stall.end()
    await server.until(() => server.events.includes('drain'))
    await client.until(() => client.receivedBytes === 17 * 16_384)
  })

  it('lets a client feel that its server does not hear it, and loses nothing', async () => {
    const [client, server] = await world.pair()
    const stall = world.faults.stall({ direction: 'to-server' })
    client.stream.writeAll(MANY)
    await stall.struck
    expect(client.stream.pendingBytes).toBeGreaterThan(0)
    stall.end()
    await server.until(() => server.receivedBytes === MANY_BYTES)
  })

  it('keeps a client in the dark whose server is gone, until the fault ends', async () => {
    const [client, server] = await world.pair()
    const halfOpen = world.faults.halfOpen()
    await server.until(() => server.isClosed)
    expect([halfOpen.hits, server.events]).toEqual([1, ['reset']])
    client.stream.write(Buffer.from('anyone?'))
    expect(server.stream.write(Buffer.from('yes'))).toBe(false)
    const [again, behind] = await world.pair()
    again.stream.write(Buffer.from('new connections work'))
    await behind.until(() => behind.text === 'new connections work')
    expect([client.events, client.text, server.text]).toEqual([[], '', ''])
    halfOpen.end()
    await client.until(() => client.isClosed)
    expect([client.events, again.events]).toEqual([['reset'], []])
  })

  it('keeps a server in the dark whose client is gone, until the fault ends', async () => {
    const [client, server] = await world.pair()
    const halfOpen = world.faults.halfOpen({ gone: 'client' })
    await client.until(() => client.isClosed)
    let written = false
    expect(server.stream.write(pattern(1_000_000), () => (written = true))).toBe(true)
    await new Promise<void>((resolve) => server.stream.write(pattern(10), resolve))
    expect([written, server.stream.pendingBytes, server.events, client.events]).toEqual([true, 0, [], ['reset']])
    halfOpen.end()
    await server.until(() => server.isClosed)
    expect(server.events).toEqual(['reset'])
  })

  it('refuses new connections and leaves open ones alone', async () => {
    const [client, server] = await world.pair()
    const refusal = world.faults.refuse({ server: 'broker-a' })
    const error = await world.connect().then(
      () => undefined,
      (reason: unknown) => reason
    )
    expect(error).toBeInstanceOf(CodedError)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retriable: true, facts: { port: world.endpoint.port } })
    expect(refusal.hits).toBe(1)
    client.stream.write(Buffer.from('still here'))
    await server.until(() => server.text === 'still here')
    refusal.end()
    await world.pair()
  })
})

describe('a connection with faults in between, by the clock', () => {
  it('takes no more than windows from a client while it is stalled', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client] = await world.pair()
    world.faults.stall({ direction: 'to-server' })
    client.stream.writeAll(MANY)
    await ground.clock.settle()
    expect(client.stream.pendingBytes).toBeGreaterThan(MANY_BYTES - 512 * 1024)
    await world.close()
  })

  it('swallows what is sent to a server that is gone, also when that had stopped reading', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    server.stream.pause()
    world.faults.halfOpen()
    client.stream.writeAll(MANY)
    await ground.clock.settle()
    expect([client.stream.pendingBytes, client.events.filter((event) => event !== 'drain')]).toEqual([0, []])
    await world.close()
  })

  it('hands a server that has stopped reading nothing that was late', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    world.faults.delay(100)
    client.stream.write(Buffer.from('late'))
    await ground.clock.advance(50)
    server.stream.pause()
    await ground.clock.advance(100)
    expect(server.text).toBe('')
    server.stream.resume()
    await ground.clock.settle()
    expect(server.text).toBe('late')
    await world.close()
  })

  it('forgets a connection that its server refuses to take', async () => {
    const { clock, network } = memoryGround()
    const faultNetwork = new FaultNetwork({ clock })
    const server = faultNetwork.as('broker-a', network)
    const { endpoint } = await server.listen({ host: '127.0.0.1', port: 0 }, (stream) => stream.destroy())
    await faultNetwork.as('client-1', network).connect(endpoint)
    await clock.settle()
    expect(faultNetwork.faults.cut().hits).toBe(0)
  })

  it('knows whose connection it is when a server accepts it after its client connected', async () => {
    const ground = memoryGround()
    const late: Network = {
      connect: (options) => ground.network.connect(options),
      listen: (options, accept) => ground.network.listen(options, (stream) => void ground.clock.setTimeout(() => accept(stream), 5)),
      resolve: (host) => ground.network.resolve(host),
      localAddresses: () => ground.network.localAddresses()
    }
    const world = await StreamWorld.start({ clock: ground.clock, network: late })
    const pairing = world.pair('client-7')
    await ground.clock.advance(5)
    await pairing
    expect(world.faults.cut({ client: 'client-7' }).hits).toBe(1)
    await world.close()
  })

  it('delays each way by the milliseconds given, keeping the order, and what is under way stays late when the fault ends', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    const delay = world.faults.delay(100)
    client.stream.write(Buffer.from('a'))
    await ground.clock.advance(50)
    client.stream.write(Buffer.from('b'))
    server.stream.write(Buffer.from('z'))
    await ground.clock.advance(49)
    expect([server.text, client.text]).toEqual(['', ''])
    await ground.clock.advance(1)
    expect([server.text, client.text]).toEqual(['a', ''])
    delay.end()
    client.stream.write(Buffer.from('c'))
    await ground.clock.settle()
    expect(server.text).toBe('a')
    await ground.clock.advance(50)
    expect([server.text, client.text, delay.hits]).toEqual(['abc', 'z', 3])
    await world.close()
  })

  it('adds up delays, and lets bytes travel side by side', async () => {
    const ground = memoryGround('whole')
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    world.faults.delay(100)
    world.faults.delay(50, { server: 'broker-a' })
    for (let at = 0; at < 20; at++) client.stream.write(pattern(1000))
    await ground.clock.advance(149)
    expect(server.receivedBytes).toBe(0)
    await ground.clock.advance(1)
    expect(server.receivedBytes).toBe(20_000)
    await world.close()
  })

  it('delivers what was sent before the end of a delayed connection, then the end', async () => {
    const ground = memoryGround('whole')
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    world.faults.delay(100)
    client.stream.write(Buffer.from('last words'))
    client.stream.end()
    await ground.clock.advance(99)
    expect([server.text, server.events]).toEqual(['', []])
    await ground.clock.advance(1)
    expect([server.text, server.events]).toEqual(['last words', ['end']])
    server.stream.write(Buffer.from('heard'))
    server.stream.end()
    await ground.clock.advance(99)
    expect(client.text).toBe('')
    await ground.clock.advance(1)
    expect([client.text, client.events, server.events]).toEqual(['heard', ['end', 'close'], ['end', 'close']])
    await world.close()
  })

  it('does not tell a client behind a stall that its server closed, until the stall ends', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    const stall = world.faults.stall()
    server.stream.destroy()
    await ground.clock.settle()
    expect([client.events, server.events]).toEqual([[], ['close']])
    stall.end()
    await ground.clock.settle()
    expect(client.events).toEqual(['end'])
    await world.close()
  })

  it('does not tell a server behind a stall that its client is gone, until the stall ends', async () => {
    const ground = memoryGround()
    const world = await StreamWorld.start(ground)
    const [client, server] = await world.pair()
    const stall = world.faults.stall()
    client.stream.destroy(new Error('crashed'))
    await ground.clock.settle()
    expect(server.events).toEqual([])
    stall.end()
    await ground.clock.settle()
    expect(server.events).toEqual(['reset'])
    await world.close()
  })
})
