import { StoppedError, StopTimeoutError } from './errors'
import type { RocketMQImage, StartedRocketMQ } from './started'

/** What runs the two servers: containers here, anything else that can be told the same in a test of its own. */
export interface Runner {
  brokerRuns(): Promise<boolean>
  /** Sends the signal to the broker; {@link brokerExit} says when it has worked. */
  signalBroker(signal: 'TERM' | 'KILL'): Promise<void>
  /** Resolves when the broker does not run. */
  brokerExit(): Promise<unknown>
  /** Starts the stopped broker on its store; resolves when the nameserver lists it. */
  startBroker(): Promise<void>
  mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }>
  /** Ends and removes everything. Called once. */
  remove(): Promise<void>
}

/** What a started cluster tells about itself. */
export interface ClusterFacts {
  readonly ip: string
  readonly nameserverPort: number
  readonly brokerPort: number
  readonly properties: ReadonlyMap<string, string>
  readonly version: string
  readonly image: RocketMQImage
}

const gracefulStopMs = 90_000

/** A nameserver and a broker. Calls that change them take turns. */
export class Cluster implements StartedRocketMQ {
  readonly nameservers: string
  readonly brokerAddress: string
  readonly clusterName: string
  readonly brokerName: string
  readonly version: string
  readonly image: RocketMQImage
  readonly #runner: Runner
  #stopped: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(facts: ClusterFacts, runner: Runner) {
    this.#runner = runner
    this.nameservers = `${facts.ip}:${facts.nameserverPort}`
    this.brokerAddress = `${facts.ip}:${facts.brokerPort}`
    this.clusterName = facts.properties.get('brokerClusterName') ?? ''
    this.brokerName = facts.properties.get('brokerName') ?? ''
    this.version = facts.version
    this.image = facts.image
  }

  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    if (this.#stopped !== undefined) throw new StoppedError()
    return this.#runner.mqadmin(args)
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
    this.#stopped ??= this.#turn.then(() => this.#runner.remove())
    return this.#stopped
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop()
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(new StoppedError())
    const mine = this.#turn.then(change)
    this.#turn = mine.catch(() => undefined)
    return mine
  }

  async #stopBroker(signal: 'TERM' | 'KILL'): Promise<void> {
    if (!(await this.#runner.brokerRuns())) return
    const exit = this.#runner.brokerExit()
    await this.#runner.signalBroker(signal)
    if (await settledWithin(exit, gracefulStopMs)) return
    await this.#runner.signalBroker('KILL')
    await exit
    throw new StopTimeoutError(gracefulStopMs)
  }

  async #startBroker(): Promise<void> {
    if (!(await this.#runner.brokerRuns())) await this.#runner.startBroker()
  }
}

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
