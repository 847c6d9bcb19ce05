import { lookup } from 'node:dns/promises'
import { isIP, isIPv4 } from 'node:net'
import { NoAddressError } from './errors'

/** By which IPv4 addresses the two servers are known. */
export interface Addresses {
  /** Where this process reaches them. */
  readonly reached: string
  /** Where the broker sends clients. */
  readonly advertised: string
}

/** A name's IPv4 address; rejects when there is none. */
export type ResolveIPv4 = (name: string) => Promise<string>

const resolveIPv4: ResolveIPv4 = async (name) => (await lookup(name, { family: 4 })).address

/**
 * A broker has one address, tells it to every client, and writes it as four bytes into message ids: so it is IPv4, and no name that
 * only some machines know. `engineHost` is where Testcontainers reaches mapped ports: `TESTCONTAINERS_HOST_OVERRIDE`, the host in
 * `DOCKER_HOST`, the engine's gateway inside a container, else `localhost`. `chosen` replaces it for the clients, not for this process.
 *
 * Throws {@link NoAddressError}.
 */
export async function decideAddresses(engineHost: string, chosen: string | undefined, resolve = resolveIPv4): Promise<Addresses> {
  const reached = await ipv4Of(engineHost.replace(/^\[(.*)\]$/, '$1'), resolve)
  return { reached, advertised: chosen ?? reached }
}

async function ipv4Of(host: string, resolve: ResolveIPv4): Promise<string> {
  // An engine that was started on all addresses is often named by that: one can listen there, but not connect.
  if (host === '0.0.0.0') return '127.0.0.1'
  if (isIPv4(host)) return host
  if (isIP(host) !== 0) throw new NoAddressError(host, 'which is IPv6: RocketMQ brokers are reached by IPv4')
  try {
    return await resolve(host)
  } catch (error) {
    throw new NoAddressError(host, `which has no IPv4 address: ${error instanceof Error ? error.message : String(error)}`, error)
  }
}
