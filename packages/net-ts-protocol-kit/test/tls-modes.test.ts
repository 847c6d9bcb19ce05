import { readFileSync } from 'node:fs'
import { connect as connectTcp, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls } from 'node:tls'
import { afterEach, describe, expect, it } from '@jest/globals'
import { type ByteStream, type CodedError, type Listener, type ListenOptions, ManualClock, MemoryNetwork, realNetwork } from '../src/index'

const cert = readFileSync(join(__dirname, 'tls', 'cert.pem'))
const key = readFileSync(join(__dirname, 'tls', 'key.pem'))
const tls = { cert, key }
const trust = { ca: cert, servername: 'localhost' }
const HELLO = 0x16

describe('a port of the real network where TLS is', () => {
  const toEnd: Array<() => unknown> = []

  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end()
  })

  /** An echo. */
  const listen = async (options: Partial<ListenOptions>) => {
    const refused = new Refusals()
    const accepted: ByteStream[] = []
    const listener = await realNetwork.listen({ host: '127.0.0.1', port: 0, refused: refused.note, ...options }, (stream) => {
      accepted.push(stream)
      stream.start({ data: (chunk) => void stream.write(chunk), drain: () => {}, end: () => stream.end(), close: () => {} })
    })
    toEnd.push(
      () => listener.close(),
      () => accepted.forEach((stream) => void stream.destroy())
    )
    return { listener, accepted, refused }
  }

  const raw = (listener: Listener, ...chunks: readonly Buffer[]): RawClient => {
    const client = new RawClient(listener)
    toEnd.push(() => client.socket.destroy())
    for (const chunk of chunks) client.socket.write(chunk)
    return client
  }

  const echoed = async (listener: Listener, bytes: Buffer, isSecure: boolean): Promise<boolean> => {
    const stream = await realNetwork.connect({ ...listener.endpoint, ...(isSecure ? { tls: trust } : {}) })
    toEnd.push(() => stream.destroy())
    const received: Buffer[] = []
    return new Promise((resolve) => {
      stream.start({
        data(chunk) {
          received.push(chunk)
          if (received.reduce((sum, { length }) => sum + length, 0) === bytes.length) resolve(Buffer.concat(received).equals(bytes))
        },
        drain: () => {},
        end: () => {},
        close: () => resolve(false)
      })
      stream.write(bytes)
    })
  }

  it('takes both, side by side, and loses nothing of what came with the first byte: permissive', async () => {
    const { listener, accepted, refused } = await listen({ tls, tlsMode: 'permissive' })
    const large = Buffer.alloc(1 << 20, 'text and more text ')
    const outcomes = [echoed(listener, large, false), echoed(listener, large, true), echoed(listener, Buffer.from('x'), false)]
    expect(await Promise.all([...outcomes, echoed(listener, Buffer.from('x'), true)])).toEqual([true, true, true, true])
    expect([accepted.length, refused.codes]).toEqual([4, []])
  })

  it.each(['permissive', 'enforcing'] as const)('takes a TLS client whose bytes come one by one: %s', async (tlsMode) => {
    const { listener } = await listen({ tls, tlsMode })
    const splitter = await splitting(listener)
    toEnd.push(() => splitter.close())
    expect(await echoed({ ...listener, endpoint: splitter.endpoint }, Buffer.from('hello'), true)).toBe(true)
  })

  it('takes every other first byte for the plain protocol, alone or with more: permissive', async () => {
    const { listener, refused } = await listen({ tls, tlsMode: 'permissive' })
    for (let first = 0; first < 256; first++) {
      if (first === HELLO) continue
      const [alone, more] = [raw(listener, Buffer.from([first])), raw(listener, Buffer.from([first, HELLO, 3, 1]))]
      expect([first, (await alone.receive(1)).toString('hex')]).toEqual([first, Buffer.from([first]).toString('hex')])
      alone.socket.write('later')
      expect((await alone.receive(6)).subarray(1).toString()).toBe('later')
      expect((await more.receive(4)).equals(Buffer.from([first, HELLO, 3, 1]))).toBe(true)
      alone.socket.destroy()
      more.socket.destroy()
    }
    expect(refused.codes).toEqual([])
  })

  it('sends away who does not speak TLS, and says so: enforcing, which is the default', async () => {
    for (const mode of [{ tlsMode: 'enforcing' as const }, {}]) {
      const { listener, accepted, refused } = await listen({ tls, ...mode })
      const client = raw(listener, Buffer.from('GET / HTTP/1.0\r\n\r\n'))
      await client.closed
      expect(await echoed(listener, Buffer.from('x'), true)).toBe(true)
      expect([accepted.length, refused.codes]).toEqual([1, ['TLS_REQUIRED']])
      expect(refused.all[0]?.message).toMatch(/^closed the connection from 127\.0\.0\.1:\d+: it does not speak TLS/)
      expect(refused.all[0]?.facts).toMatchObject({ host: '127.0.0.1' })
    }
  })

  it('sends away who speaks TLS, and says so: disabled', async () => {
    const { listener, refused } = await listen({ tlsMode: 'disabled' })
    await expect(realNetwork.connect({ ...listener.endpoint, tls: trust })).rejects.toMatchObject({ code: 'CONNECT_FAILED' })
    expect(await echoed(listener, Buffer.from('x'), false)).toBe(true)
    expect(refused.codes).toEqual(['TLS_DISABLED'])
  })

  it('hands nothing on of what begins like TLS and is not', async () => {
    const { listener, accepted, refused } = await listen({ tls, tlsMode: 'permissive' })
    const noise = Buffer.from(Array.from({ length: 5000 }, (_, at) => (at * 7919 + (at >> 3)) & 0xff))
    for (const rest of [noise, Buffer.from('GET / HTTP/1.0'), Buffer.from('030100050100000000', 'hex'), Buffer.alloc(20_000)]) {
      await raw(listener, Buffer.concat([Buffer.from([HELLO]), rest])).closed
    }
    expect([accepted.length, new Set(refused.codes)]).toEqual([0, new Set(['TLS_HANDSHAKE_FAILED'])])
    expect(refused.codes).toHaveLength(4)
  })

  it('refuses a client certificate that nobody vouches for, where one is asked for', async () => {
    const { listener, accepted, refused } = await listen({ tls: { ...tls, requestCert: true }, tlsMode: 'permissive' })
    const client = connectTls({ ...listener.endpoint, ...trust })
    toEnd.push(() => client.destroy())
    await new Promise<void>((resolve) => client.on('error', () => {}).once('close', () => resolve()))
    expect([accepted.length, refused.codes]).toEqual([0, ['TLS_HANDSHAKE_FAILED']])
  })

  describe('and a peer that takes its time', () => {
    const short = { tls, tlsMode: 'permissive', handshakeTimeoutMs: 200 } as const

    it('is closed when it says nothing', async () => {
      const { listener, refused } = await listen(short)
      await raw(listener).closed
      expect(refused.codes).toEqual(['FIRST_BYTE_TIMEOUT'])
    })

    it('is closed when it stops after the first byte of TLS', async () => {
      const { listener, refused } = await listen(short)
      await raw(listener, Buffer.from([HELLO])).closed
      expect(refused.codes).toEqual(['TLS_HANDSHAKE_FAILED'])
    })

    it('is closed when it goes on byte by byte for ever', async () => {
      const { listener, refused } = await listen(short)
      // A record of 16 KiB, of which a byte comes every few milliseconds.
      const client = raw(listener, Buffer.from('1603014000010000', 'hex'))
      const drip = setInterval(() => client.socket.write(Buffer.from([1])), 5)
      toEnd.push(() => clearInterval(drip))
      await client.closed
      expect(refused.codes).toEqual(['TLS_HANDSHAKE_FAILED'])
    })

    it('counts among the connections there may be', async () => {
      const { listener, refused } = await listen({ tls, tlsMode: 'permissive', maxConnections: 1 })
      const first = raw(listener)
      await first.connected
      await raw(listener, Buffer.from('x')).closed
      first.socket.write('y')
      expect((await first.receive(1)).toString()).toBe('y')
      expect(refused.codes).toEqual([])
    })
  })

  it('forgets who leaves before a word, in order or not', async () => {
    const { listener, accepted, refused } = await listen({ tls, tlsMode: 'permissive', handshakeTimeoutMs: 200 })
    const orderly = raw(listener)
    orderly.socket.end()
    await orderly.closed
    const abrupt = raw(listener)
    await abrupt.connected
    abrupt.socket.resetAndDestroy()
    expect(await echoed(listener, Buffer.from('x'), false)).toBe(true)
    expect([accepted.length, refused.codes]).toEqual([1, []])
  })

  it('is not opened with a certificate or key of no use, or none', async () => {
    for (const options of [{ tlsMode: 'permissive' as const }, { tlsMode: 'enforcing' as const }, { tls: { cert: 'no', key: 'no' } }]) {
      await expect(listen(options)).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
    }
  })
})

describe('a port of the in-memory network', () => {
  const clock = new ManualClock()
  const outcome = async (options: Partial<ListenOptions>, isSecure: boolean) => {
    const network = new MemoryNetwork({ clock })
    const refused = new Refusals()
    const listener = await network.listen({ host: '127.0.0.1', port: 0, refused: refused.note, ...options }, () => {})
    const connected = network.connect({ ...listener.endpoint, ...(isSecure ? { tls: {} } : {}) }).then(
      () => 'taken',
      () => 'refused'
    )
    await clock.settle()
    return [await connected, ...refused.codes]
  }

  it('takes whom the real one takes, and says the same of the others', async () => {
    expect(await outcome({ tls, tlsMode: 'permissive' }, true)).toEqual(['taken'])
    expect(await outcome({ tls, tlsMode: 'permissive' }, false)).toEqual(['taken'])
    expect(await outcome({ tls }, true)).toEqual(['taken'])
    expect(await outcome({ tls }, false)).toEqual(['refused', 'TLS_REQUIRED'])
    expect(await outcome({ tls, tlsMode: 'disabled' }, true)).toEqual(['refused', 'TLS_DISABLED'])
    expect(await outcome({}, false)).toEqual(['taken'])
    expect(await outcome({}, true)).toEqual(['refused', 'TLS_DISABLED'])
    await expect(outcome({ tlsMode: 'permissive' }, true)).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })
})

/** Connections that were not accepted, as they were reported. */
class Refusals {
  readonly all: CodedError[] = []
  readonly note = (error: CodedError): void => void this.all.push(error)

  get codes(): string[] {
    return this.all.map(({ code }) => code)
  }
}

/** A client that says what it likes. */
class RawClient {
  readonly socket: Socket
  readonly connected: Promise<void>
  readonly closed: Promise<void>
  readonly #chunks: Buffer[] = []
  #onData = (): void => {}

  constructor({ endpoint }: Listener) {
    const socket = connectTcp({ ...endpoint, allowHalfOpen: true })
    this.socket = socket
    this.connected = new Promise((resolve) => socket.once('connect', () => resolve()))
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()))
    socket.on('error', () => {}).once('end', () => socket.end())
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#onData()
    })
  }

  receive(bytes: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#onData = () => {
        const received = Buffer.concat(this.#chunks)
        if (received.length >= bytes) resolve(received)
      }
      this.#onData()
      this.closed.then(() => reject(new Error('closed')))
    })
  }
}

/** A port that hands what a client says on to `target` a byte at a time. */
async function splitting({ endpoint }: Listener) {
  const sockets: Socket[] = []
  const server = createServer((near) => {
    const far = connectTcp(endpoint).setNoDelay(true)
    sockets.push(near, far)
    near
      .on('error', () => {})
      .on('data', (chunk: Buffer) => {
        for (let at = 0; at < chunk.length; at++) far.write(chunk.subarray(at, at + 1))
      })
    far.on('error', () => {}).pipe(near)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    endpoint: { host: '127.0.0.1', port: typeof address === 'object' && address !== null ? address.port : 0 },
    close(): void {
      for (const socket of sockets) socket.destroy()
      server.close()
    }
  }
}
