import { describe, expect, it } from '@jest/globals'
import { type ByteStream, ManualClock, MemoryNetwork, type MemoryNetworkOptions } from '../src/index'

interface Side {
  readonly stream: ByteStream
  readonly chunks: Buffer[]
  readonly events: string[]
}

const record = (stream: ByteStream): Side => {
  const side: Side = { stream, chunks: [], events: [] }
  stream.start({
    data: (chunk) => side.chunks.push(chunk),
    drain: () => side.events.push('drain'),
    end: () => side.events.push('end'),
    close: (error) => side.events.push(error === undefined ? 'close' : `close: ${error.message}`)
  })
  return side
}

const bytesOf = (side: Side): string => Buffer.concat(side.chunks).toString()

const pair = async (options: Omit<MemoryNetworkOptions, 'clock'> = {}) => {
  const clock = new ManualClock()
  const network = new MemoryNetwork({ clock, ...options })
  const accepted: ByteStream[] = []
  const listener = await network.listen({ host: '127.0.0.1', port: 9876 }, (stream) => accepted.push(stream))
  const connecting = network.connect(listener.endpoint)
  await clock.advance(1000)
  const client = record(await connecting)
  const stream = accepted[0]
  const link = network.links({ port: 9876 })[0]
  if (stream === undefined || link === undefined) throw new Error('not connected')
  return { clock, network, client, server: record(stream), link, listener }
}

const outcome = (promise: Promise<unknown>): { value: unknown } => {
  const box: { value: unknown } = { value: undefined }
  promise.then(
    (value) => {
      box.value = value
    },
    (error: unknown) => {
      box.value = error
    }
  )
  return box
}

describe('MemoryNetwork', () => {
  it('cuts the stream at the same places for the same seed, and elsewhere for another', async () => {
    const borders = async (seed: number): Promise<number[]> => {
      const { client, server, clock } = await pair({ seed })
      for (let i = 0; i < 20; i++) client.stream.write(Buffer.alloc(997))
      await clock.settle()
      expect(Buffer.concat(server.chunks).length).toBe(20 * 997)
      return server.chunks.map((chunk) => chunk.length)
    }
    expect(await borders(3)).toEqual(await borders(3))
    expect(await borders(3)).not.toEqual(await borders(4))
  })

  it('cuts as small as asked, or not at all', async () => {
    const single = await pair({ chunks: { maxBytes: 1 } })
    single.client.stream.write(Buffer.from('abc'))
    await single.clock.settle()
    expect(single.server.chunks.map(String)).toEqual(['a', 'b', 'c'])
    const whole = await pair({ chunks: 'whole' })
    whole.client.stream.write(Buffer.from('abc'))
    whole.client.stream.write(Buffer.from('def'))
    await whole.clock.settle()
    expect(whole.server.chunks.map(String)).toEqual(['abcdef'])
  })

  it('delivers after its latency and not before, keeping the order', async () => {
    const { client, server, clock } = await pair({ latencyMs: { min: 10, max: 50 }, chunks: 'whole' })
    for (const text of ['a', 'b', 'c', 'd']) client.stream.write(Buffer.from(text))
    await clock.advance(9)
    expect(bytesOf(server)).toBe('')
    await clock.advance(41)
    expect(bytesOf(server)).toBe('abcd')
  })

  it('lets bytes travel side by side: a long latency does not slow the flow down', async () => {
    const { client, server, clock } = await pair({ latencyMs: 100, windowBytes: 1 << 20 })
    for (let i = 0; i < 50; i++) client.stream.write(Buffer.alloc(1000))
    await clock.advance(100)
    expect(Buffer.concat(server.chunks).length).toBe(50_000)
  })

  it('holds no more than its window for a receiver that does not read', async () => {
    const { client, server, clock } = await pair({ windowBytes: 1000, highWaterMark: 500 })
    server.stream.pause()
    expect(client.stream.write(Buffer.alloc(1200))).toBe(true)
    expect(client.stream.write(Buffer.alloc(1200))).toBe(false)
    await clock.settle()
    expect(client.stream.pendingBytes).toBe(1400)
    server.stream.resume()
    await clock.settle()
    expect(client.stream.pendingBytes).toBe(0)
    expect(client.events).toEqual(['drain'])
    expect(Buffer.concat(server.chunks).length).toBe(2400)
  })

  it('cuts a connection: both ends see a reset', async () => {
    const { client, server, clock, link, network } = await pair()
    link.cut()
    await clock.settle()
    expect(client.events).toEqual(['close: read ECONNRESET'])
    expect(server.events).toEqual(['close: read ECONNRESET'])
    expect(network.links()).toEqual([])
  })

  it('stalls one direction or both, and goes on where it stopped', async () => {
    const { client, server, clock, link } = await pair()
    link.stall('to-server')
    client.stream.write(Buffer.from('there'))
    server.stream.write(Buffer.from('back'))
    await clock.settle()
    expect([bytesOf(server), bytesOf(client)]).toEqual(['', 'back'])
    link.resume()
    await clock.settle()
    expect(bytesOf(server)).toBe('there')
  })

  it('leaves a peer in the dark when its other side vanishes', async () => {
    const { client, server, clock, link } = await pair({ windowBytes: 10 })
    link.vanish('server')
    client.stream.write(Buffer.from('is anybody there?'))
    await clock.advance(3_600_000)
    expect(server.events).toEqual(['close: read ECONNRESET'])
    expect(client.events).toEqual([])
    expect(client.stream.pendingBytes).toBe(7)
    client.stream.destroy()
    await clock.settle()
    expect(client.events).toEqual(['close'])
  })

  it('loses as many bytes as told', async () => {
    const { client, server, clock, link } = await pair()
    link.drop(3, 'to-server')
    client.stream.write(Buffer.from('abcdef'))
    await clock.settle()
    expect(bytesOf(server)).toBe('def')
  })

  it('refuses or ignores connections to an endpoint until told to stop', async () => {
    const { clock, network, listener } = await pair()
    const accept = network.refuse(listener.endpoint)
    const refused = outcome(network.connect(listener.endpoint))
    await clock.settle()
    expect(refused.value).toMatchObject({ code: 'CONNECT_FAILED' })
    accept()
    const answer = network.ignore(listener.endpoint)
    const ignored = outcome(network.connect({ ...listener.endpoint, timeoutMs: 3000 }))
    await clock.advance(2999)
    expect(ignored.value).toBeUndefined()
    await clock.advance(1)
    expect(ignored.value).toMatchObject({ code: 'CONNECT_TIMEOUT', facts: { timeoutMs: 3000 } })
    answer()
    const reached = outcome(network.connect(listener.endpoint))
    await clock.settle()
    expect(reached.value).toMatchObject({ remote: listener.endpoint })
    expect(clock.pendingTimers).toEqual([])
  })

  it('resolves its own names and connects by them', async () => {
    const { clock, network, listener } = await pair({ hosts: { broker: ['10.0.0.9', '127.0.0.1'] } })
    expect(await network.resolve('broker')).toEqual(['10.0.0.9', '127.0.0.1'])
    const stream = outcome(network.connect({ host: 'broker', port: listener.endpoint.port }))
    const unknown = outcome(network.connect({ host: 'elsewhere', port: 1 }))
    await clock.settle()
    expect(stream.value).toMatchObject({ remote: listener.endpoint })
    expect(unknown.value).toMatchObject({ code: 'CONNECT_FAILED' })
  })

  it('keeps machines apart: loopback is private, a wildcard is reached at the machine it is on', async () => {
    const clock = new ManualClock()
    const network = new MemoryNetwork({ clock })
    const [one, two] = [network.at('10.0.0.1'), network.at('10.0.0.2')]
    const remotes: string[] = []
    const accept = (stream: ByteStream): void => void remotes.push(stream.remote.host)
    await one.listen({ host: '127.0.0.1', port: 1000 }, accept)
    await one.listen({ host: '0.0.0.0', port: 2000 }, accept)
    await two.listen({ host: '0.0.0.0', port: 2000 }, accept)
    const connect = (from: typeof one, host: string, port: number) => outcome(from.connect({ host, port }))
    const attempts = [connect(two, '127.0.0.1', 1000), connect(two, '10.0.0.1', 1000)]
    const successes = [connect(one, '127.0.0.1', 1000), connect(two, '10.0.0.1', 2000), connect(one, '127.0.0.1', 2000)]
    await clock.settle()
    for (const { value } of attempts) expect(value).toMatchObject({ code: 'CONNECT_FAILED' })
    for (const { value } of successes) expect(value).toHaveProperty('pendingBytes')
    expect(remotes).toEqual(['127.0.0.1', '10.0.0.2', '127.0.0.1'])
    expect(two.localAddresses()).toEqual(['10.0.0.2'])
  })

  it('refuses to connect a side that speaks TLS with one that does not', async () => {
    const { clock, network, listener } = await pair()
    const attempt = outcome(network.connect({ ...listener.endpoint, tls: {} }))
    await clock.settle()
    expect(attempt.value).toMatchObject({ code: 'CONNECT_FAILED' })
  })
})
