import type { ContainerRuntimeClient, StartedNetwork, StartedTestContainer } from 'testcontainers'
import type { Runner } from './cluster'
import { StartError } from './errors'
import { type Registration, untilRegistered } from './registration'

/** The two containers and the network they share, if it is their own. */
export interface Containers {
  readonly client: ContainerRuntimeClient
  readonly registration: Registration
  readonly nameserver: StartedTestContainer
  readonly broker: StartedTestContainer
  readonly network: StartedNetwork | undefined
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

  async startBroker(): Promise<void> {
    try {
      await this.#containers.broker.restart()
    } catch (error) {
      throw new StartError('broker', this.#containers.registration.image, [], error)
    }
    await untilRegistered(this.#containers.registration)
  }

  /** In the broker's container, from which both servers are reached; in the nameserver's while the broker is stopped. */
  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    const container = (await this.brokerRuns()) ? this.#containers.broker : this.#containers.nameserver
    const { exitCode, output } = await container.exec(['sh', 'mqadmin', ...args])
    return { exitCode, output }
  }

  async remove(): Promise<void> {
    const removed = await Promise.allSettled([this.#containers.broker.stop(), this.#containers.nameserver.stop()])
    await this.#containers.network?.stop()
    const failed = removed.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
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
