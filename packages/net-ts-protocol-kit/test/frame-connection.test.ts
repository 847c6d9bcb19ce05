import { describe, expect, it } from '@jest/globals'
import {
  type ByteStream,
  type ConnectionClosedError,
  ConnectionGroup,
  type ConnectionGroupOptions,
  type FrameConnection,
  ManualClock,
  MemoryNetwork,
  type MemoryNetworkOptions
} from '../src/index'

interface Side {
  readonly group: ConnectionGroup
  readonly connection: FrameConnection
  readonly frames: string[]
  readonly closed: ConnectionClosedError[]
  onFrame: (content: string, connection: FrameConnection) => void
}

const takeOver = (group: ConnectionGroup, stream: ByteStream): Side => {
  const connection = group.add(stream, {
    frame: (bytes, start, end) => {
      const content = bytes.toString('latin1', start, end)
      side.frames.push(content)
      side.onFrame(content, connection)
    },
    closed: (error) => side.closed.push(error)
  })
  const side: Side = { group, connection, frames: [], closed: [], onFrame: () => {} }
  return side
}

const send = (connection: FrameConnection, content: string | Buffer, parts: readonly Buffer[] = []): void => {
  const bytes = typeof content === 'string' ? Buffer.from(content, 'latin1') : content
  const offset = connection.reserve(4 + bytes.length)
  const { target } = connection
  target.writeInt32BE(
    parts.reduce((sum, part) => sum + part.length, bytes.length),
    offset
  )
  connection.commit(offset + 4 + bytes.copy(target, offset + 4), parts)
}

type Limits = Omit<ConnectionGroupOptions, 'clock'>

const setUp = async (
  clientLimits: Limits = {},
  serverLimits: Limits = { flushAt: 'after-input' },
  conditions: Partial<MemoryNetworkOptions> = {}
) => {
  const clock = new ManualClock()
  const network = new MemoryNetwork({ clock, ...conditions })
  const clientGroup = new ConnectionGroup({ clock, ...clientLimits })
  const serverGroup = new ConnectionGroup({ clock, ...serverLimits })
  const servers: Side[] = []
  const listener = await network.listen({ host: '127.0.0.1', port: 1 }, (stream) => servers.push(takeOver(serverGroup, stream)))
  const connect = async (): Promise<readonly [Side, Side]> => {
    const client = takeOver(clientGroup, await network.connect(listener.endpoint))
    const server = servers.at(-1)
    if (server === undefined) throw new Error('not accepted')
    return [client, server]
  }
  const raw = async (): Promise<readonly [ByteStream, Side]> => {
    const stream = await network.connect(listener.endpoint)
    stream.start({ data: () => {}, drain: () => {}, end: () => stream.end(), close: () => {} })
    const server = servers.at(-1)
    if (server === undefined) throw new Error('not accepted')
    return [stream, server]
  }
  return { clock, network, clientGroup, serverGroup, servers, connect, raw }
}

const reasonsOf = (side: Side): string[] => side.closed.map((error) => error.reason)

describe('FrameConnection', () => {
  it('carries frames both ways in order, however the network cuts them', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    const contents = Array.from({ length: 200 }, (_, index) => 'x'.repeat((index * 37) % 3000) + index)
    server.onFrame = (content) => send(server.connection, content.toUpperCase())
    for (const content of contents)
      client.connection.send(4 + content.length, (target, offset) => {
        target.writeInt32BE(content.length, offset)
        return offset + 4 + target.write(content, offset + 4, 'latin1')
      })
    await clock.settle()
    expect(server.frames).toEqual(contents)
    expect(client.frames).toEqual(contents.map((content) => content.toUpperCase()))
  })

  it('writes once for everything sent in a turn, and not before the turn ends', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    for (let i = 0; i < 100; i++) send(client.connection, `frame ${i}`)
    expect(client.connection.counters.writes).toBe(0)
    await Promise.resolve()
    for (let i = 0; i < 100; i++) send(client.connection, `more ${i}`)
    await clock.settle()
    expect(client.connection.counters).toMatchObject({ writes: 1, framesOut: 200 })
    expect(server.connection.counters).toMatchObject({ framesIn: 200, bytesIn: client.connection.counters.bytesOut })
    send(client.connection, 'next turn')
    await clock.settle()
    expect(client.connection.counters.writes).toBe(2)
  })

  it('answers many requests of one chunk with one write, and few of several chunks too', async () => {
    const { clock, connect } = await setUp({}, { flushAt: 'after-input' }, { chunks: 'whole' })
    const [client, server] = await connect()
    server.onFrame = (content) => send(server.connection, content)
    for (let i = 0; i < 256; i++) send(client.connection, `request ${i}`)
    await clock.settle()
    expect(server.connection.counters).toMatchObject({ framesOut: 256, writes: 1 })
    expect(client.frames).toHaveLength(256)
    clock.deferAfterInput(() => send(server.connection, 'one'))
    clock.deferAfterInput(() => send(server.connection, 'two'))
    await clock.settle()
    expect(server.connection.counters.writes).toBe(2)
  })

  it('answers who asks one thing at a time at the end of the turn, without waiting for more input', async () => {
    const { clock, connect } = await setUp({}, { flushAt: 'after-input' })
    const [client, server] = await connect()
    const writesAfterInput: number[] = []
    server.onFrame = (content) => {
      clock.deferAfterInput(() => writesAfterInput.push(server.connection.counters.writes))
      send(server.connection, content)
    }
    for (const request of ['one', 'two', 'three']) {
      send(client.connection, request)
      await clock.settle()
    }
    expect(writesAfterInput).toEqual([1, 2, 3])
    for (const request of ['four', 'five']) send(client.connection, request)
    await clock.settle()
    writesAfterInput.length = 0
    send(client.connection, 'after a turn of two')
    await clock.settle()
    expect(writesAfterInput).toEqual([4])
    expect(server.connection.counters.writes).toBe(5)
  })

  it('flushes in between when a turn sends a lot', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    for (let i = 0; i < 100; i++) send(client.connection, Buffer.alloc(10_000, i))
    expect(client.connection.counters.writes).toBeGreaterThan(2)
    await clock.settle()
    expect(client.connection.counters.writes).toBeLessThan(8)
    expect(server.frames).toEqual(Array.from({ length: 100 }, (_, index) => Buffer.alloc(10_000, index).toString('latin1')))
  })

  it('sends large parts by reference and small ones copied, in one frame', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    const small = Buffer.from('small')
    const large = Buffer.alloc(100_000, 'L')
    send(client.connection, 'head', [small, large, small])
    small.write('XXXXX')
    await clock.settle()
    expect(server.frames).toEqual([`headsmall${'L'.repeat(100_000)}small`])
    expect(client.connection.counters.writes).toBe(1)
  })

  it('never changes bytes before they were written', async () => {
    const { clock, network, connect } = await setUp({}, {}, { windowBytes: 1000 })
    const [client, server] = await connect()
    const link = network.links()[0]
    link?.stall()
    const sent: string[] = []
    for (let turn = 0; turn < 50; turn++) {
      const content = String.fromCharCode(65 + (turn % 26)).repeat(500 + turn)
      sent.push(content)
      send(client.connection, content)
      await clock.settle()
      if (turn % 10 === 9) link?.resume()
      await clock.settle()
      if (turn % 10 === 9) link?.stall()
    }
    link?.resume()
    await clock.settle()
    expect(server.frames).toEqual(sent)
  })

  it('sends nothing of a frame whose encoder throws', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    send(client.connection, 'before')
    const broken = (target: Buffer, offset: number): number => {
      target.fill(0xff, offset, offset + 50)
      throw new Error('cannot encode')
    }
    expect(() => client.connection.send(100, broken)).toThrow('cannot encode')
    send(client.connection, 'after')
    await clock.settle()
    expect(server.frames).toEqual(['before', 'after'])
  })

  it('stops reading from a peer that does not read, and goes on when it does', async () => {
    const { clock, network, connect } = await setUp({}, { pauseReadingAboveBytes: 100_000 }, { windowBytes: 10_000 })
    const [client, server] = await connect()
    server.onFrame = () => send(server.connection, Buffer.alloc(20_000))
    network.links()[0]?.stall('to-client')
    for (let i = 0; i < 1000; i++) send(client.connection, 'request')
    await clock.settle()
    // One chunk may hold many requests: it stops in the middle of it, after the flush that went over the limit.
    expect(server.frames.length).toBeLessThan(50)
    expect(server.connection.unsentBytes).toBeLessThan(100_000 + 300_000)
    network.links()[0]?.resume()
    await clock.settle()
    expect(server.frames).toHaveLength(1000)
    expect(client.frames).toHaveLength(1000)
    expect(server.group.unsent.usedBytes).toBe(0)
  })

  it('closes a peer that takes nothing for the drain timeout', async () => {
    const { clock, network, connect } = await setUp({}, { drainTimeoutMs: 60_000 }, { windowBytes: 1000 })
    const [client, server] = await connect()
    network.links()[0]?.stall('to-client')
    send(server.connection, Buffer.alloc(5000))
    await clock.advance(59_000)
    expect(server.connection.isOpen).toBe(true)
    await clock.advance(3000)
    expect(reasonsOf(server)).toEqual(['peer-not-reading'])
    expect(client.connection.isOpen).toBe(true)
  })

  it('closes a peer for which too much is waiting', async () => {
    const { clock, network, connect } = await setUp({}, { closeAboveBytes: 50_000 }, { windowBytes: 1000 })
    const [, server] = await connect()
    network.links()[0]?.stall('to-client')
    for (let i = 0; i < 60; i++) send(server.connection, Buffer.alloc(1000))
    await clock.settle()
    expect(reasonsOf(server)).toEqual(['peer-not-reading'])
    expect(server.group.unsent.usedBytes).toBe(0)
  })

  it('bounds what all peers together do not read, giving up the one that has not read for longest', async () => {
    const { clock, network, connect } = await setUp({}, { totalUnsentBytes: 100_000 }, { windowBytes: 1000 })
    const pairs = [await connect(), await connect(), await connect()]
    for (const link of network.links()) link.stall('to-client')
    for (const [, server] of pairs) {
      send(server.connection, Buffer.alloc(40_000))
      await clock.settle()
    }
    expect(pairs.map(([, server]) => reasonsOf(server))).toEqual([['too-much-unsent'], [], []])
    expect(pairs[0]?.[1].group.unsent.usedBytes).toBeLessThanOrEqual(100_000)
  })

  it('holds frames back while its owner has paused it', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    server.onFrame = (_content, connection) => {
      if (server.frames.length === 3) connection.pause()
    }
    for (let i = 0; i < 10; i++) send(client.connection, `${i}`)
    await clock.settle()
    expect(server.frames).toEqual(['0', '1', '2'])
    await clock.advance(100_000)
    expect(server.connection.isOpen).toBe(true)
    server.connection.resume()
    await clock.settle()
    expect(server.frames).toHaveLength(10)
  })

  it('closes for a frame out of bounds, with the reason, and leaves other connections alone', async () => {
    const { clock, connect, raw } = await setUp({}, { maxFrameBytes: 1000 })
    const [client, server] = await connect()
    const [stream, victim] = await raw()
    stream.write(Buffer.from('7fffffff', 'hex'))
    send(client.connection, 'fine')
    await clock.settle()
    expect(reasonsOf(victim)).toEqual(['protocol-error'])
    expect(victim.closed[0]).toMatchObject({ code: 'CONNECTION_CLOSED', cause: { code: 'PROTOCOL_ERROR', facts: { length: 0x7fff_ffff } } })
    expect(server.frames).toEqual(['fine'])
    expect(server.connection.isOpen).toBe(true)
  })

  it('closes when what receives its frames throws, and passes nothing more on', async () => {
    const { clock, connect } = await setUp()
    const [client, server] = await connect()
    server.onFrame = () => {
      throw new Error('bug')
    }
    send(client.connection, 'one')
    send(client.connection, 'two')
    await clock.settle()
    expect(server.frames).toEqual(['one'])
    expect(server.closed[0]).toMatchObject({ reason: 'handler-failed', cause: { message: 'bug' } })
    expect(reasonsOf(client)).toEqual(['closed-by-peer'])
  })

  it('closes a peer that begins a frame and does not go on, and not one that is slow', async () => {
    const { clock, raw } = await setUp({}, { partialFrameTimeoutMs: 30_000 })
    const [silent, first] = await raw()
    const [slow, second] = await raw()
    const start = Buffer.alloc(4)
    start.writeInt32BE(1_000_000)
    silent.write(start)
    slow.write(start)
    for (let i = 0; i < 8; i++) {
      slow.write(Buffer.alloc(70_000))
      await clock.advance(20_000)
    }
    expect(reasonsOf(first)).toEqual(['partial-frame-timeout'])
    expect(second.connection.isOpen).toBe(true)
  })

  it('closes a peer that drips single bytes', async () => {
    const { clock, raw } = await setUp({}, { partialFrameTimeoutMs: 30_000 })
    const [stream, server] = await raw()
    stream.write(Buffer.from('00001000', 'hex'))
    for (let i = 0; i < 40; i++) {
      stream.write(Buffer.alloc(1))
      await clock.advance(1000)
    }
    expect(reasonsOf(server)).toEqual(['partial-frame-timeout'])
  })

  it('closes peers that never say anything, and those that fall silent', async () => {
    const { clock, connect } = await setUp({}, { firstFrameTimeoutMs: 10_000, idleTimeoutMs: 120_000 })
    const [, mute] = await connect()
    const [talker, talking] = await connect()
    send(talker.connection, 'hello')
    await clock.advance(12_000)
    expect(reasonsOf(mute)).toEqual(['first-frame-timeout'])
    await clock.advance(100_000)
    send(talker.connection, 'still here')
    await clock.advance(119_000)
    expect(talking.connection.isOpen).toBe(true)
    await clock.advance(3000)
    expect(reasonsOf(talking)).toEqual(['idle-timeout'])
  })

  it('bounds the memory of 10,000 unfinished frames, and serves the others', async () => {
    const limit = 2 << 20
    const { clock, connect, raw, serverGroup } = await setUp({}, { totalPartialBytes: limit }, { chunks: 'whole' })
    const start = Buffer.alloc(1000)
    start.writeInt32BE(10_000_000)
    let highest = 0
    for (let i = 0; i < 10_000; i++) {
      const [stream] = await raw()
      stream.write(start)
      if (i % 500 === 0) await clock.settle()
      highest = Math.max(highest, serverGroup.partialFrames.usedBytes)
    }
    await clock.settle()
    expect(highest).toBeLessThanOrEqual(limit)
    expect(serverGroup.size).toBe(serverGroup.partialFrames.holders)
    expect(serverGroup.partialFrames.evictions).toBeGreaterThan(9000)
    const [client, server] = await connect()
    const large = Buffer.alloc(1 << 20, 'z')
    send(client.connection, large)
    await clock.settle()
    expect(server.frames.map((content) => content.length)).toEqual([large.length])
  }, 60_000)

  it('sends what is pending before it ends, and both sides know who ended it', async () => {
    const { clock, connect, clientGroup, serverGroup } = await setUp()
    const [client, server] = await connect()
    send(client.connection, 'last words')
    client.connection.end()
    expect(client.connection.isOpen).toBe(false)
    expect(() => send(client.connection, 'too late')).toThrow(expect.objectContaining({ code: 'CONNECTION_CLOSED', reason: 'closed-here' }))
    await clock.settle()
    expect(server.frames).toEqual(['last words'])
    expect(reasonsOf(client)).toEqual(['closed-here'])
    expect(reasonsOf(server)).toEqual(['closed-by-peer'])
    expect([clientGroup.size, serverGroup.size]).toEqual([0, 0])
    expect(clock.pendingTimers).toEqual([])
  })

  it('does not wait for ever for a peer to agree to the end', async () => {
    const { clock, network, connect } = await setUp({ endTimeoutMs: 5000 })
    const [client] = await connect()
    network.links()[0]?.stall()
    client.connection.end()
    await clock.advance(4000)
    expect(client.closed).toEqual([])
    await clock.advance(3000)
    expect(reasonsOf(client)).toEqual(['closed-here'])
  })

  it('reports a cut once, with its cause, on both sides', async () => {
    const { clock, network, connect } = await setUp()
    const [client, server] = await connect()
    network.links()[0]?.cut()
    await clock.settle()
    for (const side of [client, server]) {
      expect(reasonsOf(side)).toEqual(['connection-failed'])
      expect(side.closed[0]).toMatchObject({ cause: { code: 'ECONNRESET' }, retriable: true })
      side.connection.close()
      side.connection.end()
      side.connection.flush()
    }
    await clock.settle()
    expect(client.closed).toHaveLength(1)
  })

  it('counts what went over connections, also those that are gone', async () => {
    const { clock, connect, clientGroup } = await setUp()
    for (let i = 0; i < 3; i++) {
      const [client] = await connect()
      send(client.connection, 'hello')
      await clock.settle()
      if (i < 2) client.connection.close()
      await clock.settle()
    }
    expect(clientGroup.size).toBe(1)
    expect(clientGroup.counters).toMatchObject({ framesOut: 3, writes: 3, bytesOut: 27 })
  })
})
