import { GenericContainer, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { brokerJavaOptions, nameserverJavaOptions } from './broker-properties'
import type { ContainerLog } from './container-log'
import { StartError } from './errors'
import type { ResolvedOptions } from './options'
import { clusterLabel } from './removal'

/** Where the containers run and which ports they get. */
export interface Ground {
  readonly options: ResolvedOptions
  /** Names the cluster: by it, all that belongs to it is found again on the engine. */
  readonly id: string
  readonly nameserverPort: number
  readonly brokerPort: number
  /** The cluster's own network; undefined on the host's. */
  readonly network: StartedNetwork | undefined
  /** The name of the nameserver's container, by which the broker finds it in the cluster's own network. */
  readonly nameserverName: string
  /** The nameserver as the broker's container reaches it, `host:port`. */
  readonly nameserver: string
}

/** Both files lie in the home directory of the image's user: a broker that is told to change its configuration rewrites its file there. */
const nameserverFile = '/home/rocketmq/nameserver.conf'
const brokerFile = '/home/rocketmq/broker.conf'

export function startNameserver(ground: Ground, log: ContainerLog): Promise<StartedTestContainer> {
  const container = new GenericContainer(ground.options.image)
    .withName(ground.nameserverName)
    .withCommand(['sh', 'mqnamesrv', '-c', nameserverFile])
    .withEnvironment({ JAVA_OPT_EXT: nameserverJavaOptions, NAMESRV_ADDR: `127.0.0.1:${ground.nameserverPort}` })
    .withCopyContentToContainer([{ content: `listenPort=${ground.nameserverPort}\n`, target: nameserverFile, mode: 0o666 }])
  return start(container, ground, log, [ground.nameserverPort])
}

export function startBroker(ground: Ground, log: ContainerLog, configuration: string): Promise<StartedTestContainer> {
  const container = new GenericContainer(ground.options.image)
    .withCommand(['sh', 'mqbroker', '-c', brokerFile])
    .withEnvironment({ JAVA_OPT_EXT: brokerJavaOptions(ground.options.heapMegabytes), NAMESRV_ADDR: ground.nameserver })
    .withCopyContentToContainer([{ content: configuration, target: brokerFile, mode: 0o666 }])
  return start(container, ground, log, [ground.brokerPort - 2, ground.brokerPort])
}

async function start(
  container: GenericContainer,
  { options, network, id }: Ground,
  log: ContainerLog,
  ports: readonly number[]
): Promise<StartedTestContainer> {
  container
    .withLabels({ ...options.labels, [clusterLabel]: id })
    .withLogConsumer((stream) => log.follow(stream))
    .withWaitStrategy(Wait.forLogMessage('boot success'))
    .withStartupTimeout(options.startupTimeoutMs)
  if (options.platform !== undefined) container.withPlatform(options.platform)
  if (network === undefined) container.withNetworkMode('host')
  else container.withNetwork(network).withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
  try {
    return await container.start()
  } catch (error) {
    throw new StartError(log.role, options.image, log.lastLines, error)
  }
}
