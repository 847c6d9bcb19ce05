import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { OptionError, StartError, StoppedError, StopTimeoutError } from '../src'
import { type Administration, Cluster, type Runner } from '../src/cluster'
import { type GroupSettings, groupSettings, type TopicSettings, topicSettings } from '../src/declarations'

/** Writes down what it is told; its broker obeys `obeys` at once and ignores everything else. */
class ScriptedRunner implements Runner {
  readonly told: string[] = []
  readonly #obeys: readonly string[]
  #runs = true
  #exited: () => void = () => undefined

  constructor(obeys: readonly string[] = ['TERM', 'KILL']) {
    this.#obeys = obeys
  }

  async brokerRuns(): Promise<boolean> {
    return this.#runs
  }

  async signalBroker(signal: 'TERM' | 'KILL'): Promise<void> {
    this.told.push(signal)
    if (!this.#obeys.includes(signal)) return
    this.#runs = false
    this.#exited()
  }

  brokerExit(): Promise<void> {
    return new Promise((resolve) => {
      this.#exited = resolve
    })
  }

  async startBroker(): Promise<void> {
    this.told.push('start')
    this.#runs = true
  }

  brokerLog(): readonly string[] {
    return ['The broker boot success']
  }

  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    this.told.push(`mqadmin ${args.join(' ')}`)
    return { exitCode: 0, output: 'fine' }
  }

  async remove(): Promise<void> {
    this.told.push('remove')
  }
}

/** Writes down what it is told; its nameserver lists the broker or does not. */
class ScriptedAdmin implements Administration {
  readonly told: (string | number | TopicSettings | GroupSettings)[] = []
  readonly #isListed: boolean

  constructor(isListed = true) {
    this.#isListed = isListed
  }

  async untilRegistered(timeoutMs: number): Promise<boolean> {
    this.told.push(timeoutMs)
    return this.#isListed
  }

  async createTopic(settings: TopicSettings): Promise<void> {
    this.told.push(settings.topic)
  }

  async createGroup(settings: GroupSettings): Promise<void> {
    this.told.push(settings.groupName)
  }
}

const facts = {
  ip: '127.0.0.1',
  nameserverPort: 9876,
  brokerPort: 10_911,
  properties: new Map([
    ['brokerClusterName', 'DefaultCluster'],
    ['brokerName', 'broker-a']
  ]),
  version: '5.5.0',
  image: { name: 'mine', id: 'sha256:0', origin: 'other', labels: {} },
  startupTimeoutMs: 5000
} as const

const clusterOf = (runner: Runner, admin: Administration = new ScriptedAdmin()): Cluster => new Cluster(facts, runner, admin)

describe('a started cluster', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  it('refuses signals and options that there are not', async () => {
    const runner = new ScriptedRunner()
    const cluster = clusterOf(runner)
    await expect(cluster.stopBroker({ signal: 'INT' as 'TERM' })).rejects.toBeInstanceOf(OptionError)
    await expect(cluster.stopBroker({ signl: 'KILL' } as object)).rejects.toMatchObject({ facts: { option: 'stopBroker.signl' } })
    expect(runner.told).toEqual([])
  })

  it('tells why the broker could not be stopped, and nothing else, when its container is gone', async () => {
    const runner = new ScriptedRunner()
    const gone = new Error('no such container')
    runner.brokerExit = () => Promise.reject(new Error('nobody hears of this'))
    runner.signalBroker = async () => {
      await new Promise((resolve) => setImmediate(resolve))
      throw gone
    }
    await expect(clusterOf(runner).stopBroker()).rejects.toBe(gone)
  })

  it('tells where its servers are and what they are called', () => {
    expect(clusterOf(new ScriptedRunner())).toMatchObject({
      nameservers: '127.0.0.1:9876',
      brokerAddress: '127.0.0.1:10911',
      clusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      version: '5.5.0'
    })
  })

  it('stops the broker in order unless told to kill it', async () => {
    const runner = new ScriptedRunner()
    const cluster = clusterOf(runner)
    await cluster.stopBroker()
    await cluster.startBroker()
    await cluster.stopBroker({ signal: 'KILL' })
    expect(runner.told).toEqual(['TERM', 'start', 'KILL'])
  })

  it('neither stops a stopped broker nor starts a running one', async () => {
    const runner = new ScriptedRunner()
    const cluster = clusterOf(runner)
    await cluster.startBroker()
    await cluster.stopBroker()
    await cluster.stopBroker()
    expect(runner.told).toEqual(['TERM'])
  })

  it('carries out changes one after the other in the order of the calls, and goes last', async () => {
    const runner = new ScriptedRunner()
    const cluster = clusterOf(runner)
    await Promise.all([cluster.restartBroker(), cluster.stopBroker({ signal: 'KILL' }), cluster.startBroker(), cluster.stop()])
    expect(runner.told).toEqual(['TERM', 'start', 'KILL', 'start', 'remove'])
  })

  it('kills a broker that does not shut down, and says so', async () => {
    jest.useFakeTimers()
    const runner = new ScriptedRunner(['KILL'])
    const stopping = expect(clusterOf(runner).stopBroker()).rejects.toBeInstanceOf(StopTimeoutError)
    await jest.advanceTimersByTimeAsync(90_000)
    await stopping
    expect(runner.told).toEqual(['TERM', 'KILL'])
  })

  it('is removed once, however often it is stopped, and refuses every call after that', async () => {
    const runner = new ScriptedRunner()
    const cluster = clusterOf(runner)
    await Promise.all([cluster.stop(), cluster.stop(), cluster[Symbol.asyncDispose]()])
    await expect(cluster.startBroker()).rejects.toBeInstanceOf(StoppedError)
    await expect(cluster.mqadmin(['clusterList'])).rejects.toBeInstanceOf(StoppedError)
    expect(runner.told).toEqual(['remove'])
  })

  it('goes on after a change that failed', async () => {
    const runner = new ScriptedRunner()
    runner.startBroker = () => Promise.reject(new Error('no'))
    const cluster = clusterOf(runner)
    await expect(cluster.restartBroker()).rejects.toThrow('no')
    await cluster.stop()
    expect(runner.told).toEqual(['TERM', 'remove'])
  })

  it('has no need of an address map where the broker advertises the address that this process uses', () => {
    expect(clusterOf(new ScriptedRunner()).addressMap).toEqual({})
  })

  it('maps the address that is advertised for others to the one that works here', () => {
    const cluster = new Cluster({ ...facts, advertisedIp: '172.17.0.1' }, new ScriptedRunner(), new ScriptedAdmin())
    expect(cluster).toMatchObject({
      nameservers: '127.0.0.1:9876',
      brokerAddress: '172.17.0.1:10911',
      addressMap: { '172.17.0.1:10911': '127.0.0.1:10911' }
    })
  })

  it('is ready when the broker is found by clients and then all that was declared is there', async () => {
    const admin = new ScriptedAdmin()
    const declared = {
      topics: [topicSettings('', 'orders', {}), topicSettings('', 'payments', {})],
      groups: [groupSettings('', 'billing', {})]
    }
    await clusterOf(new ScriptedRunner(), admin).ready(declared)
    expect(admin.told).toEqual([5000, 'orders', 'payments', 'billing'])
  })

  it('is not ready with a broker that no client finds, and says what it printed', async () => {
    const error: unknown = await clusterOf(new ScriptedRunner(), new ScriptedAdmin(false))
      .ready({ topics: [], groups: [] })
      .catch((reason) => reason)
    expect(error).toBeInstanceOf(StartError)
    expect(error).toMatchObject({
      facts: { role: 'broker', image: 'mine', log: ['The broker boot success'] },
      message: expect.stringContaining('the nameserver at 127.0.0.1:9876 does not list 127.0.0.1:10911 after 5000 ms')
    })
  })

  it('waits after each start of the broker until clients find it again', async () => {
    const admin = new ScriptedAdmin()
    const runner = new ScriptedRunner()
    await clusterOf(runner, admin).restartBroker()
    expect(runner.told).toEqual(['TERM', 'start'])
    expect(admin.told).toEqual([5000])
  })

  it('creates topics and groups in turn with what changes the broker', async () => {
    const admin = new ScriptedAdmin()
    const cluster = clusterOf(new ScriptedRunner(), admin)
    await Promise.all([cluster.createTopic('before'), cluster.restartBroker(), cluster.createGroup('after')])
    expect(admin.told).toEqual(['before', 5000, 'after'])
  })

  it('does not ask the broker for what cannot be', async () => {
    const admin = new ScriptedAdmin()
    const cluster = clusterOf(new ScriptedRunner(), admin)
    await expect(cluster.createTopic('a b')).rejects.toBeInstanceOf(OptionError)
    await expect(cluster.createGroup('billing', { maxRetries: -1 })).rejects.toMatchObject({ facts: { option: 'createGroup.maxRetries' } })
    expect(admin.told).toEqual([])
  })
})
