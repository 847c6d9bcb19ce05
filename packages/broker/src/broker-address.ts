import type { Endpoint, Network } from 'net-ts-protocol-kit'
import type { ResolvedBrokerOptions } from './broker-options'

const ALL_ADDRESSES: ReadonlySet<string> = new Set(['0.0.0.0', '::'])

/** The host under which clients reach a broker: what was said, where it listens, or this machine when it listens everywhere. */
export function advertisedHost({
  advertised,
  listenAt,
  network
}: Pick<ResolvedBrokerOptions, 'advertised' | 'listenAt' | 'network'>): string {
  if (advertised.host !== undefined) return advertised.host
  return ALL_ADDRESSES.has(listenAt.host) ? (network.localAddresses()[0] ?? listenAt.host) : listenAt.host
}

/** The IP address that message records carry for a host; a name that nobody knows counts as this machine. */
export async function ipOf(host: string, network: Network): Promise<string> {
  const addresses = await network.resolve(host).catch(() => [])
  return addresses[0] ?? network.localAddresses()[0] ?? '127.0.0.1'
}

/** The address next to a broker's, where official brokers replicate. Ours does not; the field is required. */
export function replicationEndpoint({ host, port }: Endpoint): Endpoint {
  return { host, port: port + 1 }
}
