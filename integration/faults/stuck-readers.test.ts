import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pullFields } from './requests/pulls'
import { jsonFrame } from './support/raw-frames'
import type { RawPeer } from './support/raw-peer'
import { type MemoryVictim, Victim } from './support/victim'

const MIB = 1024 * 1024
/** What waits for one peer when the broker stops reading from it, and what one more answer adds. */
const ONE_PEER = 4 * MIB + 2 * MIB

let victim: MemoryVictim

beforeEach(async () => {
  victim = await Victim.inMemory({}, { chunks: 'whole' })
  for (let message = 0; message < 4; message++) expect(await victim.send('m'.repeat(MIB - 1024))).toBe(0)
})

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

/** A peer that asks for a megabyte two hundred times and reads nothing. */
async function stuckReader(): Promise<RawPeer> {
  const peer = await victim.attacker('broker')
  peer.pause()
  const request = (opaque: number): Buffer => jsonFrame({ code: 11, fields: pullFields({ queueOffset: opaque % 4 }), opaque })
  peer.write(Buffer.concat(Array.from({ length: 200 }, (_, opaque) => request(opaque))))
  await victim.clock.settle()
  return peer
}

describe('a peer that never reads', () => {
  it('is read from no more, holds a few megabytes at most, and is closed after 60 s', async () => {
    const peer = await stuckReader()
    const { unsentBytes, counters } = victim.statsOf('broker')
    expect(unsentBytes).toBeGreaterThan(4 * MIB)
    expect(unsentBytes).toBeLessThanOrEqual(ONE_PEER)
    expect(counters.framesOut).toBeLessThan(30)
    await victim.clock.advance(50_000)
    expect(peer.isClosed).toBe(false)
    expect(await victim.serves()).toBe(true)
    await victim.clock.advance(12_000)
    expect(victim.log.closed('peer-not-reading')).toHaveLength(1)
    expect(victim.statsOf('broker').unsentBytes).toBe(0)
    expect(await victim.serves()).toBe(true)
  })

  it('gets all its answers when it reads at last', async () => {
    const peer = await stuckReader()
    peer.resume()
    await victim.clock.advance(1000)
    expect(peer.answers).toHaveLength(200)
    expect(peer.answers.every(({ code }) => code === 0)).toBe(true)
    expect(victim.statsOf('broker').unsentBytes).toBe(0)
  })
})

describe('a hundred peers that never read', () => {
  it('hold no more than the budget together, and an honest client is served', async () => {
    let most = 0
    for (let peer = 0; peer < 100; peer++) {
      await stuckReader()
      most = Math.max(most, victim.statsOf('broker').unsentBytes)
      expect(await victim.serves()).toBe(true)
    }
    expect(most).toBeGreaterThan(200 * MIB)
    expect(most).toBeLessThanOrEqual(256 * MIB)
    expect(victim.log.closed('too-much-unsent')).toHaveLength(1)
    await victim.clock.advance(62_000)
    expect(victim.statsOf('broker').unsentBytes).toBe(0)
    expect(await victim.serves()).toBe(true)
  }, 60_000)
})
