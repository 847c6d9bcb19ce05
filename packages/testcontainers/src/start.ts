import { randomUUID } from 'node:crypto'
import { Network, type StartedNetwork } from 'testcontainers'
import { brokerProperties, propertiesText } from './broker-properties'
import { Cluster } from './cluster'
import { ContainerRunner } from './container-runner'
import { type Ground, startBroker, startNameserver } from './containers'
import { type Engine, reachEngine } from './engine'
import { ensureImage } from './image'
import { type ResolvedOptions, type RocketMQOptions, resolveOptions } from './options'
import { freePort } from './ports'
import { untilRegistered } from './registration'
import type { RocketMQImage, StartedRocketMQ } from './started'

/**
 * Starts an official nameserver and broker in two containers and resolves when the broker has registered. The caller owns them:
 * `stop()` (or `await using`) removes them.
 *
 * Throws {@link OptionError}, {@link NoContainerEngineError}, {@link ImageUnavailableError} or {@link StartError}; nothing is left
 * running then.
 */
export async function startRocketMQ(options: RocketMQOptions = {}): Promise<StartedRocketMQ> {
  const resolved = resolveOptions(options, process.env)
  const engine = await reachEngine()
  const image = await ensureImage(engine.client, resolved.image)
  const ground = await prepareGround(resolved, engine)
  const started: Disposal[] = [async () => ground.network?.stop()]
  try {
    return await startOn(ground, engine, image, started)
  } catch (error) {
    // Newest first; what the failed start has already removed itself is not worth a second error.
    for (const dispose of started.reverse()) await dispose().catch(() => undefined)
    throw error
  }
}

type Disposal = () => Promise<unknown>

async function startOn(ground: Ground, engine: Engine, image: RocketMQImage, started: Disposal[]): Promise<StartedRocketMQ> {
  const { ip, client } = engine
  const { options, nameserverPort, brokerPort, network } = ground
  const nameserver = await startNameserver(ground)
  started.push(() => nameserver.stop())
  const properties = brokerProperties({ ip, port: brokerPort, nameserver: ground.nameserver, config: options.brokerConfig })
  const broker = await startBroker(ground, propertiesText(properties))
  started.push(() => broker.stop())
  const registration = { ip, nameserverPort, brokerPort, image: image.name, timeoutMs: options.startupTimeoutMs }
  await untilRegistered(registration)
  const runner = new ContainerRunner({ client, registration, nameserver, broker, network })
  return new Cluster({ ip, nameserverPort, brokerPort, properties, version: options.version, image }, runner)
}

async function prepareGround(options: ResolvedOptions, engine: Engine): Promise<Ground> {
  const brokerPort = options.brokerPort ?? (await freePort([0, -2, 1]))
  const nameserverPort = options.nameserverPort ?? (await freePort([0]))
  const network = await ownNetwork(options.network ?? engine.network)
  const nameserverName = `rocketmq-nameserver-${randomUUID()}`
  const nameserver = `${network === undefined ? '127.0.0.1' : nameserverName}:${nameserverPort}`
  return { options, nameserverPort, brokerPort, network, nameserverName, nameserver }
}

async function ownNetwork(network: 'host' | 'bridge'): Promise<StartedNetwork | undefined> {
  return network === 'host' ? undefined : await new Network().start()
}
