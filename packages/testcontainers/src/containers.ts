import type { Readable } from 'node:stream'
import { GenericContainer, type StartedNetwork, type StartedTestContainer, Wait } from 'testcontainers'
import { brokerJavaOptions, nameserverJavaOptions } from './broker-properties'
import { StartError } from './errors'
import type { ResolvedOptions } from './options'

/** Where the containers run and which ports they get. */
export interface Ground {
  readonly options: ResolvedOptions
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
const linesKept = 20

export function startNameserver(ground: Ground): Promise<StartedTestContainer> {
  const container = new GenericContainer(ground.options.image)
    .withName(ground.nameserverName)
    .withCommand(['sh', 'mqnamesrv', '-c', nameserverFile])
    .withEnvironment({ JAVA_OPT_EXT: nameserverJavaOptions, NAMESRV_ADDR: `127.0.0.1:${ground.nameserverPort}` })
    .withCopyContentToContainer([{ content: `listenPort=${ground.nameserverPort}\n`, target: nameserverFile, mode: 0o666 }])
  return start('nameserver', ground, container, [ground.nameserverPort])
}

export function startBroker(ground: Ground, configuration: string): Promise<StartedTestContainer> {
  const container = new GenericContainer(ground.options.image)
    .withCommand(['sh', 'mqbroker', '-c', brokerFile])
    .withEnvironment({ JAVA_OPT_EXT: brokerJavaOptions(ground.options.heapMegabytes), NAMESRV_ADDR: ground.nameserver })
    .withCopyContentToContainer([{ content: configuration, target: brokerFile, mode: 0o666 }])
  return start('broker', ground, container, [ground.brokerPort - 2, ground.brokerPort])
}

async function start(role: string, ground: Ground, container: GenericContainer, ports: readonly number[]): Promise<StartedTestContainer> {
  const log: string[] = []
  container
    .withLogConsumer((stream) => keepLastLines(stream, log))
    .withWaitStrategy(Wait.forLogMessage('boot success'))
    .withStartupTimeout(ground.options.startupTimeoutMs)
  if (ground.network === undefined) container.withNetworkMode('host')
  else container.withNetwork(ground.network).withExposedPorts(...ports.map((port) => ({ container: port, host: port })))
  try {
    return await container.start()
  } catch (error) {
    throw new StartError(role, ground.options.image, log, error)
  }
}

function keepLastLines(stream: Readable, log: string[]): void {
  stream.on('data', (chunk: Buffer | string) => {
    log.push(
      ...String(chunk)
        .split('\n')
        .map((line) => line.trim())
        .filter(Boolean)
    )
    log.splice(0, Math.max(0, log.length - linesKept))
  })
  stream.on('error', () => undefined)
}
