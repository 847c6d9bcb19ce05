import { describe, expect, it } from '@jest/globals'
import { NoContainerEngineError, StartError } from '../src'
import { freePort, startOnFreePorts } from '../src/ports'

describe('free ports', () => {
  it('never go twice to clusters that start at once, neighbours included', async () => {
    const brokers = await Promise.all(Array.from({ length: 50 }, () => freePort([0, -2, 1])))
    const taken = brokers.flatMap((port) => [port - 2, port, port + 1])
    expect(new Set(taken).size).toBe(150)
  })

  it('lie below the ports that operating systems give to outgoing connections', async () => {
    const port = await freePort([0])
    expect(port).toBeGreaterThanOrEqual(20_000)
    expect(port).toBeLessThan(32_000)
  })
})

describe('a start', () => {
  const docker = new Error('driver failed programming external connectivity: Bind for 0.0.0.0:20911 failed: port is already allocated')
  const taken = {
    engine: new StartError('broker', 'mine', [], docker),
    java: new StartError('broker', 'mine', ['Caused by: java.net.BindException: Address already in use'], new Error('Log stream ended')),
    other: new StartError('broker', 'mine', ['OutOfMemoryError'], new Error('Log stream ended')),
    elsewhere: new NoContainerEngineError(docker)
  }

  /** Fails with these, one after the other, then works. */
  async function started(...failures: readonly Error[]): Promise<{ readonly starts: number; readonly outcome: unknown }> {
    let starts = 0
    const outcome = await startOnFreePorts(async () => {
      const failure = failures[starts++]
      if (failure !== undefined) throw failure
      return 'started'
    }).catch((error) => error)
    return { starts, outcome }
  }

  it('is tried with other ports when the engine had given one away, or Java found one taken', async () => {
    expect(await started(taken.engine, taken.java)).toEqual({ starts: 3, outcome: 'started' })
  })

  it('is given up after three', async () => {
    expect(await started(taken.java, taken.java, taken.engine, taken.java)).toEqual({ starts: 3, outcome: taken.engine })
  })

  it('is not tried again for any other reason', async () => {
    expect(await started(taken.other)).toEqual({ starts: 1, outcome: taken.other })
    expect(await started(taken.elsewhere)).toEqual({ starts: 1, outcome: taken.elsewhere })
  })
})
