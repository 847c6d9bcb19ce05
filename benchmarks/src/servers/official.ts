import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from '../options'
import type { CpuSet } from '../process/cpu-set'
import { PinnedProcess } from '../process/pinned-process'
import { root } from '../requirements'
import { freePort } from './free-ports'
import { classPathOf, javaOptions } from './java'
import type { ServerSide } from './server-side'

/** How an official server is to be run. */
export interface OfficialSetup {
  readonly release: Release
  /** Its own folder for store, logs and configuration. */
  readonly folder: string
  /** Left out: it may run on every core. */
  readonly nameserverCpus?: CpuSet
  readonly brokerCpus?: CpuSet
}

/** A started official nameserver and broker. */
export interface OfficialServer extends ServerSide {
  readonly nameserverProcess: PinnedProcess
  /** From spawn until each says that it has started, milliseconds. */
  readonly startMs: { readonly nameserver: number; readonly broker: number }
}

const START_MS = 60_000
const HEAP_MIB = { nameserver: 256, broker: 2048 }

export async function startOfficial(setup: OfficialSetup): Promise<OfficialServer> {
  mkdirSync(join(setup.folder, 'conf'), { recursive: true })
  const logging = join(root, 'integration', 'official', 'image', 'conf', 'logback.xml')
  for (const name of ['logback.xml', 'logback_broker.xml', 'logback_namesrv.xml']) cpSync(logging, join(setup.folder, 'conf', name))
  const nameserver = await startNameserver(setup)
  try {
    const broker = await startBroker(setup, nameserver.address)
    return {
      process: broker.process,
      nameserverProcess: nameserver.process,
      nameserver: nameserver.address,
      broker: broker.address,
      startMs: { nameserver: nameserver.startMs, broker: broker.startMs },
      counters: async () => ({}),
      // Nobody will read its store: it need not end in good order.
      stop: async () => {
        await broker.process.end()
        await nameserver.process.end()
      }
    }
  } catch (error) {
    nameserver.process.kill()
    throw error
  }
}

async function startNameserver(setup: OfficialSetup): Promise<Started> {
  const port = await freePort([0])
  const lines = [`listenPort=${port}`, `kvConfigPath=${join(setup.folder, 'kvConfig.json')}`]
  return start(setup, 'namesrv', 'org.apache.rocketmq.namesrv.NamesrvStartup', port, lines, HEAP_MIB.nameserver, setup.nameserverCpus)
}

async function startBroker(setup: OfficialSetup, nameserver: string): Promise<Started> {
  const port = await freePort([0, -2, 1])
  const lines = [
    'brokerClusterName=DefaultCluster',
    'brokerName=broker-a',
    'brokerId=0',
    'brokerRole=ASYNC_MASTER',
    'flushDiskType=ASYNC_FLUSH',
    'brokerIP1=127.0.0.1',
    'brokerIP2=127.0.0.1',
    `namesrvAddr=${nameserver}`,
    `listenPort=${port}`,
    `haListenPort=${port + 1}`,
    `storePathRootDir=${join(setup.folder, 'store')}`
  ]
  return start(setup, 'broker', 'org.apache.rocketmq.broker.BrokerStartup', port, lines, HEAP_MIB.broker, setup.brokerCpus)
}

interface Started {
  readonly process: PinnedProcess
  readonly address: string
  readonly startMs: number
}

async function start(
  { release, folder }: OfficialSetup,
  role: string,
  main: string,
  port: number,
  lines: readonly string[],
  heapMiB: number,
  cpus: CpuSet | undefined
): Promise<Started> {
  const file = join(folder, `${role}.conf`)
  writeFileSync(file, lines.map((line) => `${line}\n`).join(''))
  const logging = [`-Drocketmq.role=${role}`, `-Drmq.logback.configurationFile=${join(folder, 'conf', 'logback.xml')}`]
  // A developer's disk is often fuller than the 90 % at which a broker refuses messages.
  const disk = ['-Drocketmq.broker.diskSpaceWarningLevelRatio=0.99', '-Drocketmq.broker.diskSpaceCleanForciblyRatio=0.98']
  const args = [...javaOptions(folder, heapMiB), ...logging, ...disk, '-cp', classPathOf(release), main, '-c', file]
  const begun = performance.now()
  const env = { ROCKETMQ_HOME: folder }
  const process = new PinnedProcess({ name: `the official ${role}`, command: 'java', args, env, ...(cpus === undefined ? {} : { cpus }) })
  try {
    await process.line((line) => line.includes('boot success'), START_MS)
  } catch (error) {
    process.kill()
    throw error
  }
  return { process, address: `127.0.0.1:${port}`, startMs: performance.now() - begun }
}
