import { lookup } from 'node:dns/promises'
import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers'
import { NoContainerEngineError } from './errors'

/** A container engine that answers. */
export interface Engine {
  readonly client: ContainerRuntimeClient
  /** IPv4 address at which mapped ports are reached from here: what the broker advertises. */
  readonly ip: string
  /** The network to use when the caller does not say. */
  readonly network: 'host' | 'bridge'
}

export async function reachEngine(): Promise<Engine> {
  try {
    const client = await getContainerRuntimeClient()
    return { client, ip: await ipOf(client.info.containerRuntime.host), network: await defaultNetwork(client) }
  } catch (error) {
    throw new NoContainerEngineError(error)
  }
}

/** Java clients are told this address by the nameserver, so it is one without a name to resolve. */
async function ipOf(host: string): Promise<string> {
  return (await lookup(host, { family: 4 })).address
}

/** Docker's default bridge is named `bridge`, Podman's `podman`; an engine run without one has no way to map ports. */
async function defaultNetwork(client: ContainerRuntimeClient): Promise<'host' | 'bridge'> {
  const networks = await client.container.dockerode.listNetworks()
  return networks.some((network) => network.Name === 'bridge' || network.Name === 'podman') ? 'bridge' : 'host'
}
