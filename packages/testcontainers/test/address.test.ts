import { describe, expect, it } from '@jest/globals'
import { NoAddressError } from '../src'
import { decideAddresses } from '../src/address'

const names: Readonly<Record<string, string>> = { localhost: '127.0.0.1', docker: '172.20.0.3', 'build-7.example': '10.1.2.3' }

async function resolve(name: string): Promise<string> {
  const address = names[name]
  if (address === undefined) throw new Error(`getaddrinfo ENOTFOUND ${name}`)
  return address
}

describe('the advertised address', () => {
  it.each([
    ['a local engine behind a socket', 'localhost', '127.0.0.1'],
    ['a local engine behind TCP on all addresses, DOCKER_HOST=tcp://0.0.0.0:2375', '0.0.0.0', '127.0.0.1'],
    ['an engine on another machine, DOCKER_HOST=tcp://build-7.example:2376', 'build-7.example', '10.1.2.3'],
    ['an engine in a sidecar, DOCKER_HOST=tcp://docker:2375', 'docker', '172.20.0.3'],
    ['the gateway, for tests that run in a container with the engine’s socket', '172.17.0.1', '172.17.0.1'],
    ['what TESTCONTAINERS_HOST_OVERRIDE says', '192.168.64.5', '192.168.64.5']
  ])('is the one at which this process reaches the ports: %s', async (_, host, ip) => {
    expect(await decideAddresses(host, undefined, resolve)).toEqual({ reached: ip, advertised: ip })
  })

  it('is the one that was chosen for clients elsewhere, while this process keeps its own way', async () => {
    expect(await decideAddresses('localhost', '172.17.0.1', resolve)).toEqual({ reached: '127.0.0.1', advertised: '172.17.0.1' })
  })

  it.each([
    ['::1', 'which is IPv6'],
    ['[fd00::1]', 'which is IPv6'],
    ['nowhere.example', 'which has no IPv4 address: getaddrinfo ENOTFOUND']
  ])('cannot be had of an engine at %s, and the error says what to set', async (host, problem) => {
    const error: unknown = await decideAddresses(host, undefined, resolve).catch((reason) => reason)
    expect(error).toBeInstanceOf(NoAddressError)
    expect(error).toMatchObject({
      code: 'NO_ADDRESS',
      message: expect.stringContaining(problem),
      facts: { host: host.replace(/[[\]]/g, '') }
    })
    expect((error as Error).message).toContain('TESTCONTAINERS_HOST_OVERRIDE')
  })
})
