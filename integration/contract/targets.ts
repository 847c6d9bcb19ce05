import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startServer } from '@rocketmq-ts/server'
import { type JudgedVersion, startJudge } from '../official/judges'
import { DiskServer, type Stop } from './disk-server'
import { expectEventually } from './eventually'
import { Probe } from './probe'

/** A nameserver and a broker to run the suite against. */
export interface Target {
  readonly name: string
  /** For `connect({ nameservers })`. */
  readonly nameservers: string
  readonly brokerAddress: string
  /** Creates a topic and resolves when the nameserver knows it. */
  createTopic(topic: string, options: { readonly queues: number }): Promise<void>
  /** The broker goes away and comes back with all it acknowledged. */
  restartBroker(): Promise<void>
  close(): Promise<void>
}

/** Short, so that a retry takes no longer than it must; level 1 is 1 s as in the official table. */
const DELAY_LEVELS = '1s 2s 3s 4s 5s'

/** Our nameserver and broker, in this process, on real sockets. */
export async function startOurs(): Promise<Target> {
  const server = await startServer({ nameserverPort: 0, brokerPort: 0, delayLevels: DELAY_LEVELS })
  return {
    name: 'ours',
    nameservers: server.nameserverAddress,
    brokerAddress: server.brokerAddress,
    createTopic: (topic, { queues }) => createTopic(server.nameserverAddress, server.brokerAddress, topic, queues),
    restartBroker: () => server.restartBroker(),
    close: () => server.close()
  }
}

/** Like ours, but a restart is the end of everything that the broker had: a broker that acknowledges and does not keep. */
export async function startForgetful(): Promise<Target> {
  let server = await startServer({ nameserverPort: 0, brokerPort: 0, delayLevels: DELAY_LEVELS })
  const ports = [server.nameserverAddress, server.brokerAddress].map((address) => Number(address.slice(address.lastIndexOf(':') + 1)))
  const [nameserverPort = 0, brokerPort = 0] = ports
  const topics = new Map<string, { readonly queues: number }>()
  return {
    name: 'a broker that forgets',
    nameservers: server.nameserverAddress,
    brokerAddress: server.brokerAddress,
    createTopic: async (topic, options) => {
      topics.set(topic, options)
      await createTopic(server.nameserverAddress, server.brokerAddress, topic, options.queues)
    },
    restartBroker: async () => {
      await server.close()
      server = await startServer({ nameserverPort, brokerPort, delayLevels: DELAY_LEVELS, topics: Object.fromEntries(topics) })
    },
    close: () => server.close()
  }
}

export interface OnDisk {
  readonly flush: 'async' | 'sync'
  /** How the process ends when the broker is restarted. */
  readonly restart: Stop
}

/** Small, so that a run fills several files. */
const FILE_SIZE = '16m'

/** Our command in a process of its own, with a store on disk. A restart takes the nameserver away as well. */
export async function startOnDisk({ flush, restart }: OnDisk): Promise<Target> {
  const directory = await mkdtemp(join(tmpdir(), 'rocketmq-ts-contract-'))
  const store = ['--store', directory, '--flush', flush, '--file-size', FILE_SIZE]
  const server = new DiskServer([...store, '--delay-levels', DELAY_LEVELS])
  await server.start()
  return {
    name: `ours on disk (${flush}, ${restart})`,
    nameservers: server.nameserver,
    brokerAddress: server.broker,
    createTopic: (topic, { queues }) => createTopic(server.nameserver, server.broker, topic, queues),
    restartBroker: async () => {
      await server.stop(restart)
      await server.start()
    },
    close: async () => {
      await server.stop('SIGINT').finally(() => rm(directory, { recursive: true, force: true }))
    }
  }
}

/** An official release. Its broker is killed where ours stops in order: what it acknowledged must stay all the same. */
export async function startOfficial(version: JudgedVersion): Promise<Target> {
  const judge = await startJudge(version, { brokerConfig: { messageDelayLevel: DELAY_LEVELS } })
  return {
    name: `official ${version}`,
    nameservers: judge.nameservers,
    brokerAddress: judge.brokerAddress,
    createTopic: (topic, { queues }) => createTopic(judge.nameservers, judge.brokerAddress, topic, queues),
    restartBroker: async () => {
      await judge.stopBroker({ signal: 'KILL' })
      await judge.startBroker()
    },
    close: () => judge.stop()
  }
}

export async function createTopic(nameserver: string, broker: string, topic: string, queues: number): Promise<void> {
  const [toBroker, toNameserver] = [await Probe.connect(broker), await Probe.connect(nameserver)]
  try {
    await toBroker.createTopic(topic, queues)
    await expectEventually(async () => ((await toNameserver.brokerOf(topic)) !== undefined ? undefined : `a route to ${topic}`))
  } finally {
    toBroker.close()
    toNameserver.close()
  }
}
