import type { Network } from 'net-ts-protocol-kit'
import type { ClusterNetwork, Place } from '../cluster-network'
import type { FaultNetwork } from './fault-network'

/** The places of a cluster, with faults at the servers' ends. `brokers` are the names of the brokers by position. */
export function faultyNetwork(
  network: ClusterNetwork,
  faults: FaultNetwork,
  brokers: readonly string[]
): ClusterNetwork & { clientNetwork(clientId: string): Network } {
  const place = (name: string, { listenAt, network: seen }: Place): Place => ({ listenAt, network: faults.as(name, seen) })
  return {
    ...network,
    nameserver: place('nameserver', network.nameserver),
    broker: (position) => place(brokers[position] ?? `broker ${position}`, network.broker(position)),
    clientNetwork: (clientId) => faults.as(clientId, network.nextClient())
  }
}
