import { afterEach, describe, expect, it, jest } from '@jest/globals'
import { StoppedError, StopTimeoutError } from '../src'
import { Cluster, type Runner } from '../src/cluster'

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

  async mqadmin(args: readonly string[]): Promise<{ exitCode: number; output: string }> {
    this.told.push(`mqadmin ${args.join(' ')}`)
    return { exitCode: 0, output: 'fine' }
  }

  async remove(): Promise<void> {
    this.told.push('remove')
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
  image: { name: 'mine', id: 'sha256:0', origin: 'other', labels: {} }
} as const

describe('a started cluster', () => {
  afterEach(() => {
    jest.useRealTimers()
  })

  it('tells where its servers are and what they are called', () => {
    expect(new Cluster(facts, new ScriptedRunner())).toMatchObject({
      nameservers: '127.0.0.1:9876',
      brokerAddress: '127.0.0.1:10911',
      clusterName: 'DefaultCluster',
      brokerName: 'broker-a',
      version: '5.5.0'
    })
  })

  it('stops the broker in order unless told to kill it', async () => {
    const runner = new ScriptedRunner()
    const cluster = new Cluster(facts, runner)
    await cluster.stopBroker()
    await cluster.startBroker()
    await cluster.stopBroker({ signal: 'KILL' })
    expect(runner.told).toEqual(['TERM', 'start', 'KILL'])
  })

  it('neither stops a stopped broker nor starts a running one', async () => {
    const runner = new ScriptedRunner()
    const cluster = new Cluster(facts, runner)
    await cluster.startBroker()
    await cluster.stopBroker()
    await cluster.stopBroker()
    expect(runner.told).toEqual(['TERM'])
  })

  it('carries out changes one after the other in the order of the calls, and goes last', async () => {
    const runner = new ScriptedRunner()
    const cluster = new Cluster(facts, runner)
    await Promise.all([cluster.restartBroker(), cluster.stopBroker({ signal: 'KILL' }), cluster.startBroker(), cluster.stop()])
    expect(runner.told).toEqual(['TERM', 'start', 'KILL', 'start', 'remove'])
  })

  it('kills a broker that does not shut down, and says so', async () => {
    jest.useFakeTimers()
    const runner = new ScriptedRunner(['KILL'])
    const stopping = expect(new Cluster(facts, runner).stopBroker()).rejects.toBeInstanceOf(StopTimeoutError)
    await jest.advanceTimersByTimeAsync(90_000)
    await stopping
    expect(runner.told).toEqual(['TERM', 'KILL'])
  })

  it('is removed once, however often it is stopped, and refuses every call after that', async () => {
    const runner = new ScriptedRunner()
    const cluster = new Cluster(facts, runner)
    await Promise.all([cluster.stop(), cluster.stop(), cluster[Symbol.asyncDispose]()])
    await expect(cluster.startBroker()).rejects.toBeInstanceOf(StoppedError)
    await expect(cluster.mqadmin(['clusterList'])).rejects.toBeInstanceOf(StoppedError)
    expect(runner.told).toEqual(['remove'])
  })

  it('goes on after a change that failed', async () => {
    const runner = new ScriptedRunner()
    runner.startBroker = () => Promise.reject(new Error('no'))
    const cluster = new Cluster(facts, runner)
    await expect(cluster.restartBroker()).rejects.toThrow('no')
    await cluster.stop()
    expect(runner.told).toEqual(['TERM', 'remove'])
  })
})
