import { randomUUID } from 'node:crypto'
import { getReaper, Network, type StartedNetwork } from 'testcontainers'
import { type Addresses, decideAddresses } from './address'
import { Admin } from './admin'
import { brokerProperties, propertiesText } from './broker-properties'
import { Cluster } from './cluster'
import { ContainerLog } from './container-log'
import { ContainerRunner } from './container-runner'
import { type Ground, startBroker, startNameserver } from './containers'
import { type Engine, reachEngine } from './engine'
import { ensureImage, type FoundImage } from './image'
import { type ResolvedOptions, type RocketMQOptions, resolveOptions } from './options'
import { freePort, startOnFreePorts } from './ports'
import { ensureReaper } from './reaper'
import { removeAll } from './removal'
import type { StartedRocketMQ } from './started'

/**
 * Starts an official nameserver and broker in two containers and resolves when clients find the broker and the declared topics and
 * groups are there. The caller owns them: `stop()` (or `await using`) removes them.
 *
 * Throws {@link OptionError}, {@link NoContainerEngineError}, {@link NoAddressError}, {@link ImageUnavailableError},
 * {@link ReaperUnavailableError}, {@link StartError} or {@link CreationError}; nothing is left running then.
 */
export async function startRocketMQ(options: RocketMQOptions = {}): Promise<StartedRocketMQ> {
  const resolved = resolveOptions(options, process.env)
  const engine = await reachEngine()
  const place = {
    engine,
    addresses: await decideAddresses(engine.host, resolved.advertisedHost),
    image: await ensureImage(engine.client, resolved.image, resolved.platform)
  }
  await ensureReaper(engine.client, getReaper)
  const isPortChosen = resolved.brokerPort !== undefined || resolved.nameserverPort !== undefined
  return isPortChosen ? startOnce(resolved, place) : startOnFreePorts(() => startOnce(resolved, place))
}

/** What is the same for each attempt. */
interface Place {
  readonly engine: Engine
  readonly addresses: Addresses
  readonly image: FoundImage
}

async function startOnce(options: ResolvedOptions, place: Place): Promise<StartedRocketMQ> {
  const { client, network } = place.engine
  const ground = await prepareGround(options, network)
  try {
    return await startOn(ground, place)
  } catch (error) {
    // What the failed start could not remove is not worth a second error; Ryuk comes for it.
    await removeAll({ ...ground, engine: client.container.dockerode }).catch(() => undefined)
    throw error
  }
}

async function startOn(ground: Ground, { engine: { client }, addresses, image }: Place): Promise<StartedRocketMQ> {
  const { options, nameserverPort, brokerPort } = ground
  const { reached, advertised } = addresses
  const log = new ContainerLog('broker', options.logConsumer)
  const properties = brokerProperties({ ip: advertised, port: brokerPort, nameserver: ground.nameserver, config: options.brokerConfig })
  const nameserver = await startNameserver(ground, new ContainerLog('nameserver', options.logConsumer))
  const broker = await startBroker(ground, log, propertiesText(properties))
  const runner = new ContainerRunner({
    client,
    image: image.name,
    nameserver,
    broker,
    log,
    remove: () => removeAll({ ...ground, engine: client.container.dockerode })
  })
  const admin = new Admin({
    nameserver: `${reached}:${nameserverPort}`,
    broker: `${reached}:${brokerPort}`,
    advertised: `${advertised}:${brokerPort}`,
    brokerName: properties.get('brokerName') ?? ''
  })
  const facts = { ip: reached, advertisedIp: advertised, nameserverPort, brokerPort, properties, image: image.told }
  const { startupTimeoutMs } = options
  const cluster = new Cluster({ ...facts, version: image.version ?? options.version ?? 'unknown', startupTimeoutMs }, runner, admin)
  await cluster.ready(options)
  return cluster
}

async function prepareGround(options: ResolvedOptions, engineNetwork: 'host' | 'bridge'): Promise<Ground> {
  const id = randomUUID()
  const brokerPort = options.brokerPort ?? (await freePort([0, -2, 1]))
  const nameserverPort = options.nameserverPort ?? (await freePort([0]))
  const network = await ownNetwork(options.network ?? engineNetwork)
  const nameserverName = `rocketmq-nameserver-${id}`
  const nameserver = `${network === undefined ? '127.0.0.1' : nameserverName}:${nameserverPort}`
  return { options, id, nameserverPort, brokerPort, network, nameserverName, nameserver }
}

async function ownNetwork(network: 'host' | 'bridge'): Promise<StartedNetwork | undefined> {
  return network === 'host' ? undefined : await new Network().start()
}
