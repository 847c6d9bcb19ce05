import { describe, expect, it } from '@jest/globals'
import { freePort } from '../src/ports'

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
