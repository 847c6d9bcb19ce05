import { RemotingClient, type RemotingClientOptions } from '@rocketmq-ts/remoting'
import { ReleaseVersion, UniqueKeySource } from '@rocketmq-ts/remoting/wire'
import type { Clock, Network } from 'net-ts-protocol-kit'
import { BrokerLinks } from './broker-links'
import type { ResolvedClientOptions } from './client-options'
import type { ConsumerParts } from './consumer/consumer-parts'
import { QueueOffsets } from './consumer/queue-offsets'
import { Groups } from './groups'
import { Nameservers } from './route/nameservers'
import { RouteTable } from './route/route-table'

/** The newest release whose client behaviour the contract suite proves: servers branch on it. */
export const CLIENT_VERSION: number = ReleaseVersion.V4_9_7

/** What the producers and consumers of a client share. */
export interface ClientParts {
  readonly clientId: string
  readonly remoting: RemotingClient
  readonly nameservers: Nameservers
  readonly routes: RouteTable
  readonly groups: Groups
  readonly links: BrokerLinks
  readonly messageIds: UniqueKeySource
  readonly consumer: ConsumerParts
}

/** Makes them; nothing is connected yet. */
export function clientParts(options: ResolvedClientOptions): ClientParts {
  const { clock, network, logger, requestTimeoutMs } = options
  const clientId = options.clientId ?? newClientId(clock, network)
  // Errors name where an address came from, and the routes that say so are asked for through the same remoting client.
  const remoting = new RemotingClient(remotingOptions(options, (address) => originOf(address, options, routes)))
  const nameservers = new Nameservers(remoting, clock, options.nameservers, requestTimeoutMs)
  const routes: RouteTable = new RouteTable({ clock, logger, nameservers, refreshMs: options.routeRefreshMs })
  const groups = new Groups(clientId)
  const timing = { intervalMs: options.heartbeatIntervalMs, timeoutMs: requestTimeoutMs }
  const links = new BrokerLinks({ clock, logger, remoting, routes, groups, ...timing })
  const consumer: ConsumerParts = {
    clientId,
    clock,
    logger,
    remoting,
    routes,
    links,
    groups,
    offsets: new QueueOffsets(remoting, routes, requestTimeoutMs),
    bodyLimits: { maxBytes: options.maxBodyBytes },
    requestTimeoutMs,
    offsetCommitIntervalMs: options.offsetCommitIntervalMs,
    rebalanceIntervalMs: options.rebalanceIntervalMs
  }
  return { clientId, remoting, nameservers, routes, groups, links, messageIds: newMessageIds(clock, network), consumer }
}

function remotingOptions(options: ResolvedClientOptions, addressOrigin: (address: string) => string | undefined): RemotingClientOptions {
  const { clock, network, logger, connectTimeoutMs, requestTimeoutMs, credentials, tls, addressMap } = options
  return {
    clock,
    network,
    logger,
    connectTimeoutMs,
    requestTimeoutMs,
    maxReconnectPauseMs: 2000,
    // A heartbeat and its repetition without a word from the peer: it may be gone, so the connection is replaced.
    timeoutsUntilReplaced: 2,
    version: CLIENT_VERSION,
    addressOrigin,
    ...(credentials === undefined ? {} : { credentials }),
    ...(tls === undefined ? {} : { tls }),
    ...(addressMap === undefined ? {} : { addressMap })
  }
}

function originOf(address: string, { nameservers }: ResolvedClientOptions, routes: RouteTable): string | undefined {
  if (nameservers.includes(address)) return 'from the option nameservers'
  for (const { brokers } of routes.routes) {
    for (const [brokerName, addresses] of brokers)
      if ([...addresses.values()].includes(address)) return `advertised by broker ${brokerName}`
  }
  return undefined
}

/** Not the process id, as official clients have it: in containers many are 1. */
function newClientId(clock: Clock, network: Network): string {
  return `${hostOf(network)}@${hex32(clock)}${hex32(clock)}`
}

function newMessageIds(clock: Clock, network: Network): UniqueKeySource {
  const firstCount = int32(clock) & 0xffff
  return new UniqueKeySource({ host: hostOf(network), processId: int32(clock) & 0xffff, loaderHash: int32(clock), firstCount })
}

function hostOf(network: Network): string {
  return network.localAddresses()[0] ?? '127.0.0.1'
}

function int32(clock: Clock): number {
  return Math.floor(clock.random() * 2 ** 32) | 0
}

function hex32(clock: Clock): string {
  return (int32(clock) >>> 0).toString(16).padStart(8, '0')
}
