import { type ContainerRuntimeClient, getContainerRuntimeClient } from 'testcontainers'
import { NoContainerEngineError } from './errors'

/** A container engine that answers. */
export interface Engine {
  readonly client: ContainerRuntimeClient
  /** Name or address at which mapped ports are reached from here, as Testcontainers finds it. */
  readonly host: string
  /** The network to use when the caller does not say. */
  readonly network: 'host' | 'bridge'
}

export async function reachEngine(): Promise<Engine> {
  try {
    const client = await getContainerRuntimeClient()
    return { client, host: client.info.containerRuntime.host, network: await defaultNetwork(client) }
  } catch (error) {
    throw new NoContainerEngineError(error)
  }
}

/** Docker's default bridge is named `bridge`, Podman's `podman`; an engine run without one often has no way to map ports. */
async function defaultNetwork(client: ContainerRuntimeClient): Promise<'host' | 'bridge'> {
  const networks = await client.container.dockerode.listNetworks()
  return networks.some((network) => network.Name === 'bridge' || network.Name === 'podman') ? 'bridge' : 'host'
}
