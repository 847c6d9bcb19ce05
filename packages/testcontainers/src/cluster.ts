import type { ContainerRuntimeClient, StartedTestContainer } from 'testcontainers'
import type { Ground } from './containers'
import { StartError, StoppedError, StopTimeoutError } from './errors'
import { untilRegistered } from './registration'
import type { RocketMQImage, StartedRocketMQ } from './started'

/** Everything a running cluster is made of. */
export interface ClusterParts {
  readonly ground: Ground
  readonly ip: string
  readonly image: RocketMQImage
  readonly properties: ReadonlyMap<string, string>
  readonly client: ContainerRuntimeClient
  readonly nameserver: StartedTestContainer
  readonly broker: StartedTestContainer
}

const gracefulStopMs = 90_000

/** A nameserver and a broker in two containers. Calls that change them take turns. */
export class ContainerCluster implements StartedRocketMQ {
  readonly nameservers: string
  readonly brokerAddress: string
  readonly clusterName: string
  readonly brokerName: string
  readonly version: string
  readonly image: RocketMQImage
  readonly #parts: ClusterParts
  #stopped: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(parts: ClusterParts) {
    this.#parts = parts
    this.nameservers = `${parts.ip}:${parts.ground.nameserverPort}`
    this.brokerAddress = `${parts.ip}:${parts.ground.brokerPort}`
    this.clusterName = parts.properties.get('brokerClusterName') ?? ''
    this.brokerName = parts.properties.get('brokerName') ?? ''
    this.version = parts.ground.options.version
    this.image = parts.image
  }

  /** Resolves when the nameserver lists the broker, rejects with {@link StartError} after the start-up time-out. */
  async untilRegistered(): Promise<void> {
    const { ip, ground } = this.#parts
    try {
      await untilRegistered({ host: ip, port: ground.nameserverPort }, this.brokerAddress, ground.options.startupTimeoutMs)
    } catch (error) {
      throw new StartError('broker', this.image.name, [], error)
    }
  }

  /** In the broker's container, from which both servers are reached; in the nameserver's while the broker is stopped. */
  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    if (this.#stopped !== undefined) throw new StoppedError()
    const container = (await this.#brokerRuns()) ? this.#parts.broker : this.#parts.nameserver
    const { exitCode, output } = await container.exec(['sh', 'mqadmin', ...args])
    return { exitCode, output }
  }

  stopBroker(options: { readonly signal?: 'TERM' | 'KILL' } = {}): Promise<void> {
    return this.#inTurn(() => this.#stopBroker(options.signal ?? 'TERM'))
  }

  startBroker(): Promise<void> {
    return this.#inTurn(() => this.#startBroker())
  }

  restartBroker(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#stopBroker('TERM')
      await this.#startBroker()
    })
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#turn.then(() => this.#remove())
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const mine = this.#stopped === undefined ? this.#turn.then(change) : Promise.reject(new StoppedError())
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  /** Asked of the engine: a broker can also have died by itself. */
  async #brokerRuns(): Promise<boolean> {
    const state = await this.#parts.client.container.inspect(this.#brokerContainer())
    return state.State.Running
  }

  #brokerContainer() {
    return this.#parts.client.container.getById(this.#parts.broker.getId())
  }

  async #stopBroker(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!(await this.#brokerRuns())) return
    const container = this.#brokerContainer()
    const exited: Promise<unknown> = container.wait()
    if (signal === 'TERM') await this.#parts.broker.exec(['sh', '-c', terminateBroker])
    else await container.kill({ signal: 'SIGKILL' })
    const inTime = await settledWithin(exited, gracefulStopMs)
    if (!inTime) await container.kill({ signal: 'SIGKILL' })
    await exited
    if (!inTime) throw new StopTimeoutError(gracefulStopMs)
  }

  async #startBroker(): Promise<void> {
    if (await this.#brokerRuns()) return
    try {
      await this.#parts.broker.restart()
      await this.untilRegistered()
    } catch (error) {
      throw error instanceof StartError ? error : new StartError('broker', this.image.name, [], error)
    }
  }

  async #remove(): Promise<void> {
    const removed = await Promise.allSettled([this.#parts.broker.stop(), this.#parts.nameserver.stop()])
    await this.#parts.ground.network?.stop()
    const failed = removed.find((one) => one.status === 'rejected')
    if (failed !== undefined) throw failed.reason
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

async function settledWithin(work: Promise<unknown>, timeoutMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, timeoutMs, false)
  })
  try {
    return await Promise.race([work.then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
