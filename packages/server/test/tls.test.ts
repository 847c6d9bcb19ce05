import { readFileSync } from 'node:fs'
import { connect as connectTcp } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { parseEndpoint, realClock, realNetwork } from 'net-ts-protocol-kit'
import { runCli } from '../src/cli/run-cli'
import { type Server, ServerOptionsError, type ServerTlsOptions, startServer } from '../src/index'

const folder = join(__dirname, '..', '..', 'net-ts-protocol-kit', 'test', 'tls')
const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')]
const [cert, key] = [readFileSync(certFile), readFileSync(keyFile)]
const trust = { ca: cert, servername: 'localhost' }

describe('a server with TLS', () => {
  const toEnd: Array<() => Promise<void>> = []
  const warnings: string[] = []

  afterEach(async () => {
    for (const end of toEnd.splice(0).reverse()) await end()
    warnings.length = 0
  })

  const start = async (tls: ServerTlsOptions): Promise<Server> => {
    const logger = { debug: () => {}, info: () => {}, warn: (message: string) => void warnings.push(message), error: () => {} }
    const server = await startServer({ nameserverPort: 0, brokerPort: 0, topics: { orders: {} }, tls, logger })
    toEnd.push(() => server.close())
    return server
  }

  /** What a client is answered by nameserver and broker. */
  const codes = async (server: Server, isSecure: boolean): Promise<unknown> => {
    const client = new RemotingClient({ clock: realClock, network: realNetwork, ...(isSecure ? { tls: trust } : {}) })
    toEnd.push(() => client.close())
    try {
      const route = await client.invoke(server.nameserverAddress, RequestCode.GET_ROUTEINFO_BY_TOPIC, { topic: 'orders' })
      const offset = await client.invoke(server.brokerAddress, RequestCode.GET_MAX_OFFSET, { topic: 'orders', queueId: 0 })
      return [route.code, offset.code]
    } catch (error) {
      return error instanceof Error && 'code' in error ? error.code : error
    }
  }

  it.each([
    ['permissive', [0, 0], [0, 0]],
    ['enforcing', [0, 0], 'CONNECTION_LOST'],
    ['disabled', 'CONNECT_FAILED', [0, 0]]
  ] as const)('%s: with TLS %j, without it %j', async (mode, secure, plain) => {
    const server = await start({ mode, cert, key })
    expect(await codes(server, true)).toEqual(secure)
    expect(await codes(server, false)).toEqual(plain)
    if (mode !== 'permissive') expect(warnings.join()).toContain(mode === 'enforcing' ? 'it does not speak TLS' : 'it speaks TLS')
  })

  it('takes only TLS when no mode is given, and its broker finds its way to the nameserver again', async () => {
    const server = await start({ cert, key })
    await server.restartBroker()
    expect(await codes(server, true)).toEqual([0, 0])
    expect(await codes(server, false)).toBe('CONNECTION_LOST')
  })

  it('is not harmed by what only begins like TLS', async () => {
    const server = await start({ mode: 'permissive', cert, key })
    const { host, port } = parseEndpoint(server.brokerAddress) ?? { host: '', port: 0 }
    const socket = connectTcp(port, host).on('error', () => {})
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
    socket.resume().write(Buffer.alloc(2000, 0x16))
    await closed
    expect(warnings.join()).toContain('the TLS handshake failed')
    expect(await codes(server, false)).toEqual([0, 0])
  })

  it.each([
    [{ mode: 'strict', cert, key }, 'mode must be one of disabled, permissive, enforcing'],
    [{ mode: 'permissive', cert }, 'mode permissive needs cert and key'],
    [{ key }, 'mode enforcing needs cert and key'],
    [{ cert, key, certificate: 'x' }, 'there is no certificate in it'],
    ['yes', 'must be an object']
  ])('is not started with settings that cannot be: %#', async (tls, problem) => {
    const error = await startServer({ tls: tls as ServerTlsOptions }).catch((cause: unknown) => cause)
    expect(error).toBeInstanceOf(ServerOptionsError)
    expect(String(error)).toContain(problem)
  })

  it('is not started with a certificate and key that are none', async () => {
    await expect(startServer({ nameserverPort: 0, tls: { cert: 'no', key: 'no' } })).rejects.toMatchObject({ code: 'LISTEN_FAILED' })
  })

  it('is started from the command line', async () => {
    let end = (): void => {}
    const lines: string[] = []
    const errors: string[] = []
    const around = {
      version: '1',
      print: (line: string) => void lines.push(line),
      printError: (line: string) => void errors.push(line),
      onEnd: (listener: () => void) => {
        end = listener
      },
      abort: () => {},
      resolvePath: (path: string) => join(folder, path)
    }
    const ports = ['--nameserver-port', '0', '--broker-port', '0']
    const running = runCli([...ports, '--tls-cert', certFile, '--tls-key', keyFile, '--tls-mode', 'permissive'], around)
    while (lines.length === 0 && errors.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const address = /nameserver (\S+)/.exec(lines[0] ?? '')?.[1] ?? ''
    const client = new RemotingClient({ clock: realClock, network: realNetwork, tls: trust })
    expect((await client.invoke(address, RequestCode.GET_BROKER_CLUSTER_INFO, {})).code).toBe(0)
    await client.close()
    end()
    expect([await running, errors]).toEqual([0, []])
    expect(await runCli(['--tls-mode', 'on'], around)).toBe(1)
    expect(await runCli(['--tls-cert', join(folder, 'none.pem')], around)).toBe(1)
    expect(errors).toEqual([expect.stringContaining('--tls-mode must be one of'), expect.stringContaining('--tls-cert cannot be read')])
  })
})
