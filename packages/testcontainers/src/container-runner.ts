import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers'
import type { Runner } from './cluster'
import type { ContainerLog } from './container-log'
import { StartError } from './errors'

/** The two containers, and what else there is to know of them. */
export interface Containers {
  readonly client: ContainerRuntimeClient
  /** The image, for errors. */
  readonly image: string
  readonly nameserver: StartedTestContainer
  readonly broker: StartedTestContainer
  readonly log: ContainerLog
  /** Removes the containers and the network they share. */
  readonly remove: () => Promise<void>
}

/** Runs a cluster in two containers. A stopped broker is a stopped container, so that its store stays. */
export class ContainerRunner implements Runner {
  readonly #containers: Containers

  constructor(containers: Containers) {
    this.#containers = containers
  }

  /** Asked of the engine: a broker can also have died by itself. */
  async brokerRuns(): Promise<boolean> {
    const { State } = await this.#containers.client.container.inspect(this.#broker())
    return State.Running
  }

  async signalBroker(signal: 'TERM' | 'KILL'): Promise<void> {
    if (signal === 'KILL') await this.#broker().kill({ signal: 'SIGKILL' })
    else await this.#containers.broker.exec(['sh', '-c', terminateBroker])
  }

  brokerExit(): Promise<unknown> {
    return this.#broker().wait()
  }

  /** Listens first: Testcontainers removes a container that does not become ready, and with it what it printed. */
  async startBroker(): Promise<void> {
    const { client, broker, image, log } = this.#containers
    log.follow(await client.container.attach(this.#broker()))
    try {
      await broker.restart()
    } catch (error) {
      throw new StartError('broker', image, log.lastLines, error)
    }
  }

  brokerLog(): readonly string[] {
    return this.#containers.log.lastLines
  }

  /** In the broker's container, from which both servers are reached; in the nameserver's while the broker is stopped. */
  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    const container = (await this.brokerRuns()) ? this.#containers.broker : this.#containers.nameserver
    const { exitCode, output } = await container.exec(['sh', 'mqadmin', ...args])
    return { exitCode, output }
  }

  remove(): Promise<void> {
    return this.#containers.remove()
  }

  #broker() {
    return this.#containers.client.container.getById(this.#containers.broker.getId())
  }
}

/**
 * The published image runs its scripts as shells around Java, and a shell that is a container's first process ignores the TERM that
 * an engine sends; so Java itself is told.
 */
const terminateBroker = `
for pid in $(ls /proc | grep '^[0-9]'); do
  read -r name < /proc/$pid/comm || continue
  if [ "$name" = java ] && grep -q BrokerStartup /proc/$pid/cmdline; then kill -TERM $pid; fi
done 2> /dev/null`
