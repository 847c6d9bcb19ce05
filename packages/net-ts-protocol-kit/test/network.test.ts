import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import {
  type ByteStream,
  type Clock,
  CodedError,
  type Listener,
  ManualClock,
  MemoryNetwork,
  type Network,
  realClock,
  realNetwork
} from '../src/index'

/** What happened on one end, in order, with neighbouring chunks joined. */
class Recorder {
  readonly stream: ByteStream
  readonly events: string[] = []
  readonly #chunks: Buffer[] = []
  #waiting: Array<{ readonly until: () => boolean; readonly resolve: () => void }> = []
  closed = false
  receivedBytes = 0

  constructor(stream: ByteStream) {
    this.stream = stream
    stream.start({
      data: (chunk) =>
        this.#note(() => {
          this.#chunks.push(chunk)
          this.receivedBytes += chunk.length
        }),
      drain: () => this.#note(() => this.events.push('drain')),
      end: () => this.#note(() => this.events.push('end')),
      close: (error) =>
        this.#note(() => {
          this.closed = true
          this.events.push(error === undefined ? 'close' : 'close with error')
        })
    })
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  until(condition: () => boolean): Promise<void> {
    if (condition()) return Promise.resolve()
    return new Promise((resolve) => this.#waiting.push({ until: condition, resolve }))
  }

  #note(action: () => void): void {
    action()
    const met = this.#waiting.filter(({ until }) => until())
    this.#waiting = this.#waiting.filter((entry) => !met.includes(entry))
    for (const { resolve } of met) resolve()
  }
}

const pattern = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 31 + (index >> 8)) & 0xff))

const rejection = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
  } catch (error) {
    return error
  }
  throw new Error('it did not reject')
}

interface World {
  readonly network: Network
  readonly clock: Clock
}

const worlds: ReadonlyArray<readonly [string, () => World]> = [
  ['real', () => ({ network: realNetwork, clock: realClock })],
  [
    'in memory',
    () => {
      const clock = new ManualClock({ seed: 11 })
      return { clock, network: new MemoryNetwork({ clock, seed: 11, windowBytes: 64 * 1024 }) }
    }
  ]
]

describe.each(worlds)('the %s network', (_name, makeWorld) => {
  let network: Network
  let clock: Clock
  let listener: Listener
  let accepted: ByteStream[]
  let onAccept: () => void
  const open: ByteStream[] = []

  const connectPair = async (): Promise<readonly [ByteStream, ByteStream]> => {
    const arrived = new Promise<void>((resolve) => {
      onAccept = resolve
    })
    const client = await network.connect(listener.endpoint)
    await arrived
    const server = accepted.at(-1)
    if (server === undefined) throw new Error('nothing was accepted')
    open.push(client, server)
    return [client, server]
  }

  beforeEach(async () => {
    const world = makeWorld()
    network = world.network
    clock = world.clock
    accepted = []
    onAccept = () => {}
    listener = await network.listen({ host: '127.0.0.1', port: 0 }, (stream) => {
      accepted.push(stream)
      onAccept()
    })
  })

  afterEach(async () => {
    for (const stream of open.splice(0)) stream.destroy()
    await listener.close()
  })

  it('tells both ends who they are connected with', async () => {
    const [client, server] = await connectPair()
    expect(listener.endpoint.port).toBeGreaterThan(0)
    expect(client.remote).toEqual(listener.endpoint)
    expect(server.local).toEqual(listener.endpoint)
    expect(server.remote).toEqual(client.local)
  })

  it('carries every byte in order, whatever the chunks, both ways at once', async () => {
    const [client, server] = (await connectPair()).map((stream) => new Recorder(stream))
    if (client === undefined || server === undefined) throw new Error('no pair')
    const there = pattern(300_000)
    const back = pattern(70_001)
    for (let at = 0; at < there.length; at += 7001) client.stream.write(there.subarray(at, at + 7001))
    server.stream.writeAll([back.subarray(0, 10), back.subarray(10, 60_000), back.subarray(60_000)])
    await Promise.all([server.until(() => server.receivedBytes === there.length), client.until(() => client.receivedBytes === back.length)])
    expect(server.received.equals(there)).toBe(true)
    expect(client.received.equals(back)).toBe(true)
  })

  it('calls back when the bytes may be changed again, once per write', async () => {
    const [client, server] = await connectPair()
    const reader = new Recorder(server)
    const bytes = Buffer.from('first')
    const calls: string[] = []
    await new Promise<void>((resolve) => {
      client.write(bytes, () => {
        calls.push('one')
        bytes.write('XXXXX')
      })
      client.writeAll([Buffer.from('-a'), Buffer.from('-b')], () => {
        calls.push('all')
        resolve()
      })
    })
    await reader.until(() => reader.receivedBytes === 9)
    expect(reader.received.toString()).toBe('first-a-b')
    expect(calls).toEqual(['one', 'all'])
  })

  it('keeps what arrives until the receiver starts', async () => {
    const [client, server] = await connectPair()
    client.write(Buffer.from('early'))
    await new Promise<void>((resolve) => clock.deferAfterInput(() => clock.deferAfterInput(resolve)))
    const reader = new Recorder(server)
    await reader.until(() => reader.receivedBytes === 5)
    expect(reader.received.toString()).toBe('early')
  })

  it('makes a writer wait for a paused reader, and reports the drain once it reads again', async () => {
    const [client, server] = await connectPair()
    const writer = new Recorder(client)
    const reader = new Recorder(server)
    server.pause()
    const chunk = pattern(1 << 20)
    let mayGoOn = true
    let written = 0
    // Sockets buffer a few megabytes in the kernel; none buffers 32.
    for (let i = 0; i < 32; i++) {
      mayGoOn = client.write(chunk)
      written += chunk.length
    }
    expect(mayGoOn).toBe(false)
    expect(client.pendingBytes).toBeGreaterThan(8 << 20)
    expect(writer.events).toEqual([])
    server.resume()
    await writer.until(() => writer.events.includes('drain'))
    await reader.until(() => reader.receivedBytes === written)
    expect(client.pendingBytes).toBe(0)
  })

  it('ends by agreement: what was written arrives, then the end, then both close without an error', async () => {
    const [client, server] = await connectPair()
    const near = new Recorder(client)
    const far = new Recorder(server)
    client.write(pattern(200_000))
    client.end()
    await far.until(() => far.events.includes('end'))
    expect(far.receivedBytes).toBe(200_000)
    server.write(Buffer.from('bye'))
    server.end()
    await Promise.all([near.until(() => near.closed), far.until(() => far.closed)])
    expect(near.received.toString()).toBe('bye')
    expect(near.events).toEqual(['end', 'close'])
    expect(far.events).toEqual(['end', 'close'])
  })

  it('resets the connection when destroyed with an error: the peer sees no end but an error', async () => {
    const [client, server] = await connectPair()
    const near = new Recorder(client)
    const far = new Recorder(server)
    client.write(Buffer.from('hello'))
    await far.until(() => far.receivedBytes === 5)
    server.destroy(new Error('cut'))
    await near.until(() => near.closed)
    await far.until(() => far.closed)
    expect(near.events).toEqual(['close with error'])
    expect(far.events).toEqual(['close with error'])
  })

  it('closes at once when destroyed, with the error it was given, and its peer hears that it is over', async () => {
    const [client, server] = await connectPair()
    const far = new Recorder(server)
    let reason: Error | undefined
    await new Promise<void>((resolve) => {
      client.start({
        data: () => {},
        drain: () => {},
        end: () => {},
        close: (error) => {
          reason = error
          resolve()
        }
      })
      client.destroy(new Error('enough'))
    })
    expect(reason?.message).toBe('enough')
    await far.until(() => far.events.length > 0)
    expect(['end', 'close', 'close with error']).toContain(far.events[0])
    expect(client.write(Buffer.from('too late'))).toBe(false)
  })

  it('tells a peer that goes on writing to a destroyed stream that the connection was reset', async () => {
    const [client, server] = await connectPair()
    const far = new Recorder(server)
    client.destroy()
    const keepWriting = (): void => {
      if (far.closed) return
      server.write(pattern(1000))
      clock.deferAfterInput(keepWriting)
    }
    keepWriting()
    await far.until(() => far.closed)
    expect(far.events.at(-1)).toBe('close with error')
  })

  it('reports the close to handlers that start after it', async () => {
    const [client] = await connectPair()
    client.destroy()
    await new Promise<void>((resolve) => clock.deferAfterInput(() => clock.deferAfterInput(resolve)))
    const late = new Recorder(client)
    await late.until(() => late.closed)
    expect(late.events).toEqual(['close'])
  })

  it('refuses a connection where nobody listens, naming the endpoint', async () => {
    const { endpoint } = listener
    await listener.close()
    const error = await rejection(network.connect(endpoint))
    expect(error).toBeInstanceOf(CodedError)
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', retriable: true, facts: { host: '127.0.0.1', port: endpoint.port } })
    expect(String(error)).toMatch(/127\.0\.0\.1:\d+.*ECONNREFUSED/)
  })

  it('stops connecting when the caller aborts, before or during the attempt', async () => {
    expect(await rejection(network.connect({ ...listener.endpoint, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'CONNECT_ABORTED'
    })
    const controller = new AbortController()
    const attempt = network.connect({ ...listener.endpoint, signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    expect(await rejection(attempt)).toMatchObject({ code: 'CONNECT_ABORTED', cause: { message: 'changed my mind' } })
  })

  it('refuses to listen on a taken port, naming it', async () => {
    const error = await rejection(network.listen(listener.endpoint, () => {}))
    expect(error).toMatchObject({ code: 'LISTEN_FAILED', facts: listener.endpoint })
    expect(String(error)).toContain('EADDRINUSE')
  })

  it('keeps accepted streams when it stops listening, and frees the port', async () => {
    const [client, server] = await connectPair()
    const reader = new Recorder(server)
    await listener.close()
    await listener.close()
    client.write(Buffer.from('still here'))
    await reader.until(() => reader.receivedBytes === 10)
    listener = await network.listen(listener.endpoint, () => {})
    expect(listener.endpoint.port).toBe(server.local.port)
  })

  it('closes connections above the maximum', async () => {
    const small = await network.listen({ host: '127.0.0.1', port: 0, maxConnections: 1 }, (stream) => {
      open.push(stream)
      stream.start({ data: () => {}, drain: () => {}, end: () => {}, close: () => {} })
    })
    const first = new Recorder(await network.connect(small.endpoint))
    const second = new Recorder(await network.connect(small.endpoint))
    open.push(first.stream, second.stream)
    await second.until(() => second.events.length > 0)
    expect(first.events).toEqual([])
    await small.close()
  })

  it('resolves names and knows its own addresses', async () => {
    expect(await network.resolve('localhost')).toContain('127.0.0.1')
    expect(await network.resolve('127.0.0.1')).toEqual(['127.0.0.1'])
    expect(await rejection(network.resolve('no-such-host.invalid'))).toMatchObject({
      code: 'RESOLVE_FAILED',
      facts: { host: 'no-such-host.invalid' }
    })
    expect(network.localAddresses().length).toBeGreaterThan(0)
  })
})
