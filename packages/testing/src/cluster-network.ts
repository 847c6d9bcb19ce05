import { type Clock, type Endpoint, MemoryNetwork, type Network, realNetwork } from 'net-ts-protocol-kit'

/** The port of every in-memory nameserver, and of every in-memory broker: each has a machine of its own. */
const NAMESERVER_PORT = 9876
const BROKER_PORT = 10_911

/** Where the servers and clients of a cluster are. */
export interface ClusterNetwork {
  readonly nameserver: Place
  /** The place of the broker at a position. */
  broker(position: number): Place
  /** The network as the next client sees it. */
  nextClient(): Network
}

/** A server's address and the network as it sees it. */
export interface Place {
  readonly listenAt: Endpoint
  readonly network: Network
}

/** Every server and every client has an address of its own: 10.0.0.1, 10.0.1.x and 10.0.2.x. */
export function memoryNetwork(clock: Clock, seed: number): ClusterNetwork {
  const whole = new MemoryNetwork({ clock, seed })
  const place = (host: string, port: number): Place => ({ listenAt: { host, port }, network: whole.at(host) })
  let clients = 0
  return {
    nameserver: place('10.0.0.1', NAMESERVER_PORT),
    broker: (position) => place(`10.0.1.${position + 1}`, BROKER_PORT),
    nextClient: () => whole.at(clientHost(clients++))
  }
}

/** Free ports of 127.0.0.1. */
export function loopbackNetwork(): ClusterNetwork {
  const place: Place = { listenAt: { host: '127.0.0.1', port: 0 }, network: realNetwork }
  return { nameserver: place, broker: () => place, nextClient: () => realNetwork }
}

function clientHost(position: number): string {
  return `10.0.${2 + Math.floor(position / 250)}.${1 + (position % 250)}`
}
