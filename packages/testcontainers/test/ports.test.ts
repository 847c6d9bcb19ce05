import { describe, expect, it } from '@jest/globals'
import { NoContainerEngineError, StartError } from '../src'
import { freePort, isPortTaken } from '../src/ports'

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

describe('a start that failed', () => {
  const docker = new Error('driver failed programming external connectivity: Bind for 0.0.0.0:20911 failed: port is already allocated')

  it('is tried with other ports when the engine had given one away already', () => {
    expect(isPortTaken(new StartError('broker', 'mine', [], docker))).toBe(true)
  })

  it('is tried with other ports when Java found one taken, on the engine’s host network', () => {
    const log = ['java.net.BindException: Address already in use']
    expect(isPortTaken(new StartError('broker', 'mine', log, new Error('Log stream ended')))).toBe(true)
  })

  it('is not tried again for any other reason', () => {
    expect(isPortTaken(new StartError('broker', 'mine', ['OutOfMemoryError'], new Error('Log stream ended')))).toBe(false)
    expect(isPortTaken(new NoContainerEngineError(docker))).toBe(false)
  })
})
