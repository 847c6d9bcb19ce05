import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type ByteStream, type Listener, realNetwork } from '../src/index'

const cert = readFileSync(join(__dirname, 'tls', 'cert.pem'))
const key = readFileSync(join(__dirname, 'tls', 'key.pem'))

const rejection = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => {
      throw new Error('it did not reject')
    },
    (error: unknown) => error
  )

describe('the real network over TLS', () => {
  let listener: Listener
  const open: ByteStream[] = []

  beforeEach(async () => {
    listener = await realNetwork.listen({ host: '127.0.0.1', port: 0, tls: { cert, key } }, (stream) => {
      open.push(stream)
      stream.start({ data: (chunk) => stream.write(chunk), drain: () => {}, end: () => stream.end(), close: () => {} })
    })
  })

  afterEach(async () => {
    for (const stream of open.splice(0)) stream.destroy()
    await listener.close()
  })

  it('carries bytes to a server whose certificate is trusted', async () => {
    const stream = await realNetwork.connect({ ...listener.endpoint, tls: { ca: [cert], servername: 'localhost' } })
    open.push(stream)
    const echoed = new Promise<string>((resolve) => {
      stream.start({ data: (chunk) => resolve(chunk.toString()), drain: () => {}, end: () => {}, close: () => {} })
    })
    stream.write(Buffer.from('hello'))
    expect(await echoed).toBe('hello')
  })

  it('refuses a certificate that nobody vouches for, unless told otherwise', async () => {
    const tls = { servername: 'localhost' }
    expect(await rejection(realNetwork.connect({ ...listener.endpoint, tls }))).toMatchObject({ code: 'CONNECT_FAILED' })
    open.push(await realNetwork.connect({ ...listener.endpoint, tls: { ...tls, rejectUnauthorized: false } }))
  })

  it('refuses a certificate for another name', async () => {
    const error = await rejection(realNetwork.connect({ ...listener.endpoint, tls: { ca: cert, servername: 'elsewhere.example' } }))
    expect(error).toMatchObject({ code: 'CONNECT_FAILED', cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' } })
  })

  it('survives a client that does not speak TLS', async () => {
    const plain = await realNetwork.connect(listener.endpoint)
    const closed = new Promise<void>((resolve) => {
      plain.start({ data: () => {}, drain: () => {}, end: () => plain.end(), close: () => resolve() })
    })
    plain.write(Buffer.from('GET / HTTP/1.0\r\n\r\n'))
    await closed
    open.push(await realNetwork.connect({ ...listener.endpoint, tls: { ca: cert, servername: 'localhost' } }))
  })
})
