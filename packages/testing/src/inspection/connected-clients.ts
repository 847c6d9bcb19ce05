import type { ConnectedClient as BrokersClient } from '@rocketmq-ts/broker'
import { formatEndpoint } from 'net-ts-protocol-kit'
import type { BrokerNode } from '../broker-node'

/** A client that brokers know: one that is in a producer or consumer group. */
export interface ConnectedClient {
  readonly clientId: string
  /** `host:port` it comes from: that of its first connection. */
  readonly address: string
  /** Its connections, one for each broker. */
  readonly connections: ReadonlyArray<{ readonly broker: string; readonly address: string }>
  /** Such as `JAVA` or `NODE_JS`, in its own words. */
  readonly language: string
  /** The release whose behaviour it claims, such as `5.5.0`. */
  readonly version: string
  readonly producerGroups: readonly string[]
  readonly consumerGroups: readonly string[]
}

/** Every client once, by its id. */
export function connectedClients(nodes: readonly BrokerNode[]): ConnectedClient[] {
  const seen = new Map<string, Array<{ broker: string; client: BrokersClient }>>()
  for (const { name: broker, server, contents } of nodes) {
    if (server.running === undefined) continue
    for (const client of contents.clients) seen.set(client.clientId, [...(seen.get(client.clientId) ?? []), { broker, client }])
  }
  return [...seen.values()].flatMap((known) => merged(known) ?? [])
}

/** Members of a consumer group and what each of them subscribes to, as ` orders [created || paid], %RETRY%billing`. */
export function membersOf(nodes: readonly BrokerNode[], group: string): ReadonlyMap<string, string> {
  const members = new Map<string, string>()
  for (const client of nodes.flatMap(({ server, contents }) => (server.running === undefined ? [] : contents.clients))) {
    const membership = client.consumerGroups.find((one) => one.group === group)
    if (membership !== undefined) members.set(client.clientId, membership.subscriptions.map(subscriptionText).join(', '))
  }
  return members
}

/** What the members of a group subscribe to of a topic; `undefined`: not to it, or there are none. */
export function expressionOf(nodes: readonly BrokerNode[], group: string, topic: string): string | undefined {
  const memberships = nodes.flatMap(({ contents }) => contents.clients).flatMap(({ consumerGroups }) => consumerGroups)
  const subscriptions = memberships.filter((one) => one.group === group).flatMap((one) => one.subscriptions)
  return subscriptions.find((one) => one.topic === topic)?.expression
}

function subscriptionText({ topic, expression }: { readonly topic: string; readonly expression: string }): string {
  return expression === '*' ? topic : `${topic} [${expression}]`
}

function merged(known: ReadonlyArray<{ broker: string; client: BrokersClient }>): ConnectedClient | undefined {
  const connections = known.map(({ broker, client }) => ({ broker, address: formatEndpoint(client.address) }))
  const [first] = known
  const [connection] = connections
  if (first === undefined || connection === undefined) return undefined
  const { clientId, language, version } = first.client
  const groups = (of: (client: BrokersClient) => readonly string[]): string[] => [...new Set(known.flatMap(({ client }) => of(client)))]
  return {
    clientId,
    address: connection.address,
    connections,
    language: String(language),
    version: releaseText(version),
    producerGroups: groups((client) => client.producerGroups),
    consumerGroups: groups((client) => client.consumerGroups.map(({ group }) => group))
  }
}

/** The release of a version ordinal: `releaseVersion` of the wire, the other way round. */
function releaseText(ordinal: number): string {
  const releases = Math.floor((ordinal - ORDINAL_OF_4_0_0) / 2)
  return `${4 + Math.floor(releases / 100)}.${Math.floor((releases % 100) / 10)}.${releases % 10}`
}

const ORDINAL_OF_4_0_0 = 213
