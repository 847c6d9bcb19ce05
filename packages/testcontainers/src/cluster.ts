import { type GroupOptions, type GroupSettings, groupSettings, type TopicOptions, type TopicSettings, topicSettings } from './declarations'
import { StartError, StoppedError, StopTimeoutError } from './errors'
import { checkKeys, checkText } from './option-checks'
import { defaultQueues } from './options'
import type { RocketMQImage, StartedRocketMQ } from './started'

/** What runs the two servers: containers here, anything else that can be told the same in a test of its own. */
export interface Runner {
  brokerRuns(): Promise<boolean>
  /** Sends the signal to the broker; {@link brokerExit} says when it has worked. */
  signalBroker(signal: 'TERM' | 'KILL'): Promise<void>
  /** Resolves when the broker does not run. */
  brokerExit(): Promise<unknown>
  /** Starts the stopped broker on its store; resolves when it says that it has started. */
  startBroker(): Promise<void>
  /** What the broker printed last. */
  brokerLog(): readonly string[]
  mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }>
  /** Ends and removes everything. Called once. */
  remove(): Promise<void>
}

/** What is asked of the servers over the wire. */
export interface Administration {
  /** `true` when clients find the broker, `false` when they do not in time. */
  untilRegistered(timeoutMs: number): Promise<boolean>
  createTopic(settings: TopicSettings): Promise<void>
  createGroup(settings: GroupSettings): Promise<void>
}

/** What a started cluster tells about itself. */
export interface ClusterFacts {
  /** Where this process reaches the servers. */
  readonly ip: string
  /** Where the broker sends clients. Default: the same. */
  readonly advertisedIp?: string
  readonly nameserverPort: number
  readonly brokerPort: number
  readonly properties: ReadonlyMap<string, string>
  readonly version: string
  readonly image: RocketMQImage
  readonly startupTimeoutMs: number
}

/** What shall be there when a cluster is ready. */
export interface Declared {
  readonly topics: readonly TopicSettings[]
  readonly groups: readonly GroupSettings[]
}

const gracefulStopMs = 90_000

/** A nameserver and a broker. Calls that change them take turns. */
export class Cluster implements StartedRocketMQ {
  readonly nameservers: string
  readonly brokerAddress: string
  readonly addressMap: Readonly<Record<string, string>>
  readonly clusterName: string
  readonly brokerName: string
  readonly version: string
  readonly image: RocketMQImage
  readonly #facts: ClusterFacts
  readonly #runner: Runner
  readonly #admin: Administration
  #stopped: Promise<void> | undefined
  #turn: Promise<unknown> = Promise.resolve()

  constructor(facts: ClusterFacts, runner: Runner, admin: Administration) {
    this.#facts = facts
    this.#runner = runner
    this.#admin = admin
    const reached = `${facts.ip}:${facts.brokerPort}`
    this.nameservers = `${facts.ip}:${facts.nameserverPort}`
    this.brokerAddress = `${facts.advertisedIp ?? facts.ip}:${facts.brokerPort}`
    this.addressMap = Object.freeze(this.brokerAddress === reached ? {} : { [this.brokerAddress]: reached })
    this.clusterName = facts.properties.get('brokerClusterName') ?? ''
    this.brokerName = facts.properties.get('brokerName') ?? ''
    this.version = facts.version
    this.image = facts.image
  }

  /**
   * Resolves when clients find the broker that was started and all that was declared is there. Throws {@link StartError} or
   * {@link CreationError}; what runs then still does.
   */
  async ready({ topics, groups }: Declared): Promise<void> {
    await this.#registered()
    for (const topic of topics) await this.#admin.createTopic(topic)
    for (const group of groups) await this.#admin.createGroup(group)
  }

  createTopic(name: string, options: TopicOptions = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#admin.createTopic(topicSettings('createTopic', name, options, defaultQueues(this.#facts.properties)))
    })
  }

  createGroup(name: string, options: GroupOptions = {}): Promise<void> {
    return this.#inTurn(async () => {
      await this.#admin.createGroup(groupSettings('createGroup', name, options))
    })
  }

  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    if (this.#stopped !== undefined) throw new StoppedError()
    return this.#runner.mqadmin(args)
  }

  stopBroker(options: { readonly signal?: 'TERM' | 'KILL' } = {}): Promise<void> {
    return this.#inTurn(async () => this.#stopBroker(readSignal(options)))
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
    // It may fail while the signal is under way, or after that has failed: nobody waits for it then.
    exit.catch(() => undefined)
    await this.#runner.signalBroker(signal)
    if (await settledWithin(exit, gracefulStopMs)) return
    await this.#runner.signalBroker('KILL')
    await exit
    throw new StopTimeoutError(gracefulStopMs)
  }

  async #startBroker(): Promise<void> {
    if (await this.#runner.brokerRuns()) return
    await this.#runner.startBroker()
    await this.#registered()
  }

  async #registered(): Promise<void> {
    const { startupTimeoutMs } = this.#facts
    if (await this.#admin.untilRegistered(startupTimeoutMs)) return
    const problem = new Error(`the nameserver at ${this.nameservers} does not list ${this.brokerAddress} after ${startupTimeoutMs} ms`)
    throw new StartError('broker', this.image.name, this.#runner.brokerLog(), problem)
  }
}

function readSignal(options: { readonly signal?: 'TERM' | 'KILL' }): 'TERM' | 'KILL' {
  checkKeys('stopBroker', options, ['signal'])
  return checkText('stopBroker.signal', options.signal, /^(TERM|KILL)$/, 'TERM or KILL') === 'KILL' ? 'KILL' : 'TERM'
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
