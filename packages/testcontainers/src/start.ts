import { randomUUID } from 'node:crypto'
import { Network, type StartedNetwork } from 'testcontainers'
import { brokerProperties, propertiesText } from './broker-properties'
import { ContainerCluster } from './cluster'
import { type Ground, startBroker, startNameserver } from './containers'
import { type Engine, reachEngine } from './engine'
import { ensureImage } from './image'
import { type ResolvedOptions, type RocketMQOptions, resolveOptions } from './options'
import { freePort } from './ports'
import type { StartedRocketMQ } from './started'

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
  const cleanUp: (() => Promise<unknown>)[] = [async () => ground.network?.stop()]
  try {
    const nameserver = await startNameserver(ground)
    cleanUp.unshift(() => nameserver.stop())
    const place = { ip: engine.ip, port: ground.brokerPort, nameserver: ground.nameserver, config: resolved.brokerConfig }
    const properties = brokerProperties(place)
    const broker = await startBroker(ground, propertiesText(properties))
    cleanUp.unshift(() => broker.stop())
    const cluster = new ContainerCluster({ ground, ip: engine.ip, image, properties, client: engine.client, nameserver, broker })
    await cluster.untilRegistered()
    return cluster
  } catch (error) {
    for (const step of cleanUp) await step()
    throw error
  }
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
