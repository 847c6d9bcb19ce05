import { parseEndpoint } from 'net-ts-protocol-kit'
import { FaultOptionsError } from './fault-error'

/** Which connections a fault is for. */
export interface FaultFilter {
  /** Name of a broker, `nameserver`, or `host:port`. Default: every server. */
  readonly server?: string
  /**
   * A client, its id, or its end of a connection as `host:port`; the name of a broker stands for its connections to nameservers.
   * Default: everyone, brokers included.
   */
  readonly client?: { readonly clientId: string } | string
}

/** Who is at the two ends of a connection. */
export interface Ends {
  readonly server: string
  readonly serverAddress: string
  /** Id of a client or name of a broker, when it is one of this process. */
  readonly client: string | undefined
  /** `undefined`: not connected yet. */
  readonly clientAddress: string | undefined
}

export type Matches = (ends: Ends) => boolean

/** What filters are read with. */
export interface Known {
  /** Names of the servers. */
  readonly servers: readonly string[]
  /** Addresses from which a client of another process is connected. */
  readonly addressesOf: (clientId: string) => readonly string[]
}

/** @throws FaultOptionsError for a server that there is not. */
export function readFilter(fault: string, { server, client }: FaultFilter, known: Known): Matches {
  if (server !== undefined) checkServer(fault, server, known.servers)
  const clientId = client === undefined ? undefined : readClient(fault, client)
  return (ends) => isServer(ends, server) && isClient(ends, clientId, known)
}

/** ` at broker-a from client-1`, or less. */
export function filterText({ server, client }: FaultFilter): string {
  const name = typeof client === 'object' ? client.clientId : client
  return `${server === undefined ? '' : ` at ${server}`}${name === undefined ? '' : ` from ${name}`}`
}

function checkServer(fault: string, server: string, names: readonly string[]): void {
  if (typeof server === 'string' && (names.includes(server) || parseEndpoint(server) !== undefined)) return
  throw new FaultOptionsError(fault, 'server', `must be host:port or one of ${names.join(', ')}, not ${String(server)}`)
}

function readClient(fault: string, client: { readonly clientId: string } | string): string {
  const id: unknown = typeof client === 'object' && client !== null ? client.clientId : client
  if (typeof id === 'string' && id !== '') return id
  throw new FaultOptionsError(fault, 'client', 'must be a client, its id or an address')
}

function isServer({ server, serverAddress }: Ends, wanted: string | undefined): boolean {
  return wanted === undefined || wanted === server || wanted === serverAddress
}

function isClient({ client, clientAddress }: Ends, wanted: string | undefined, { addressesOf }: Known): boolean {
  if (wanted === undefined || wanted === client || wanted === clientAddress) return true
  return client === undefined && clientAddress !== undefined && addressesOf(wanted).includes(clientAddress)
}
