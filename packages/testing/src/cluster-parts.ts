import { type Clock, formatEndpoint, silentLogger } from 'net-ts-protocol-kit'
import { ClusterClients } from './cluster-clients'
import { loopbackNetwork, memoryNetwork } from './cluster-network'
import type { ResolvedClusterOptions } from './cluster-options'
import { ClusterServers } from './cluster-servers'
import { ClusterTime } from './cluster-time'
import { Expectations } from './expectation/expectations'
import { faultyNetwork } from './faults/faulty-network'
import { FaultNetwork, type Faults } from './faults/index'
import { Inspection } from './inspection/inspection'
import { StillnessWatch } from './stillness-watch'

/** What a cluster consists of. */
export interface ClusterParts {
  readonly clock: Clock
  readonly time: ClusterTime
  readonly faults: Faults
  readonly servers: ClusterServers
  readonly clients: ClusterClients
  readonly inspection: Inspection
  readonly expectations: Expectations
  /** Tells somebody that hand-driven time stands still; `undefined` when there is nobody to tell. */
  readonly watch: StillnessWatch | undefined
}

/**
 * Puts a cluster together; nothing runs yet.
 *
 * @param requireOpen throws when the cluster is closed.
 */
export function clusterParts(options: ResolvedClusterOptions, requireOpen: (call: string) => void): ClusterParts {
  const { clock: manual, listen, logger, seed } = options
  const time = new ClusterTime({ manual, hasRealNetwork: listen, handlersMark: () => clients.handlersMark })
  const { clock } = time
  const faultNetwork = new FaultNetwork({ clock, addressesOf: (clientId) => addressesOf(servers, clientId) })
  const { faults } = faultNetwork
  const network = faultyNetwork(listen ? loopbackNetwork() : memoryNetwork(clock, seed), faultNetwork, options.brokers)
  const servers = new ClusterServers(options, network, clock)
  const clients = new ClusterClients({
    nameservers: () => servers.nameserver.address,
    clock,
    logger,
    networkOf: (clientId) => network.clientNetwork(clientId),
    requireOpen
  })
  const inspection = new Inspection({ servers, clients, clock, delayLevels: options.delays })
  const expectations = new Expectations({
    time,
    inspection,
    clients,
    requireOpen,
    servers: () => servers.states,
    faults: () => faults.active.map(String)
  })
  const watch = manual === undefined || logger === silentLogger ? undefined : new StillnessWatch(manual, logger)
  return { clock, time, faults, servers, clients, inspection, expectations, watch }
}

/** From where a client is connected, be it of another process. */
function addressesOf({ brokers }: ClusterServers, clientId: string): readonly string[] {
  const clients = brokers.flatMap((node) => node.contents.clients)
  return clients.filter((client) => client.clientId === clientId).map(({ address }) => formatEndpoint(address))
}
