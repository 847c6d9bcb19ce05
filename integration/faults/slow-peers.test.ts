import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { int32, jsonFrame } from './support/raw-frames'
import type { RawPeer } from './support/raw-peer'
import { type MemoryVictim, type Role, Victim } from './support/victim'

const MIB = 1024 * 1024
const ROUTE = { code: 105, fields: { topic: 'orders' } }
const half = jsonFrame(ROUTE).subarray(0, 40)

let victim: MemoryVictim

beforeEach(async () => {
  victim = await Victim.inMemory({}, { chunks: 'whole' })
})

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

/** A peer that has sent one sound request. */
async function served(role: Role): Promise<RawPeer> {
  const peer = await victim.attacker(role)
  expect(await peer.ask(ROUTE)).not.toBe('closed')
  return peer
}

describe.each<Role>(['broker', 'nameserver'])('the %s', (role) => {
  it('closes a connection on which half a frame is followed by silence after 30 s, and serves the others', async () => {
    const peer = await served(role)
    peer.write(half)
    await victim.clock.advance(29_000)
    expect(peer.isClosed).toBe(false)
    expect(victim.statsOf(role).partialBytes).toBeGreaterThan(0)
    expect(await victim.serves()).toBe(true)
    await victim.clock.advance(3000)
    expect(peer.isClosed).toBe(true)
    expect(victim.log.closed('partial-frame-timeout')).toHaveLength(1)
    expect(victim.statsOf(role).partialBytes).toBe(0)
    expect(await victim.serves()).toBe(true)
  })

  it('closes a connection on which a frame drips in byte by byte', async () => {
    const peer = await served(role)
    for (let second = 0; second < 38 && !peer.isClosed; second++) {
      peer.write(half.subarray(second, second + 1))
      await victim.clock.advance(1000)
    }
    expect(peer.isClosed).toBe(true)
    expect(victim.log.closed('partial-frame-timeout')).toHaveLength(1)
  })

  it('lets a long frame arrive slowly, as long as it arrives', async () => {
    const peer = await served(role)
    const frame = jsonFrame({ ...ROUTE, body: Buffer.alloc(512 * 1024) })
    const answer = peer.next()
    for (let at = 0; at < frame.length; at += 64 * 1024) {
      peer.write(frame.subarray(at, at + 64 * 1024))
      await victim.clock.advance(20_000)
    }
    expect(await answer).not.toBe('closed')
  })

  it('closes a connection that sends nothing after 10 s, and one that never completes its first frame', async () => {
    const [silent, slow] = [await victim.attacker(role), await victim.attacker(role)]
    slow.write(half)
    await victim.clock.advance(9000)
    expect([silent.isClosed, slow.isClosed]).toEqual([false, false])
    await victim.clock.advance(3000)
    expect([silent.isClosed, slow.isClosed]).toEqual([true, true])
    expect(victim.log.closed('first-frame-timeout')).toHaveLength(1)
  })

  it('closes a connection that is idle for 120 s, and keeps one that speaks now and then', async () => {
    const [idle, talking] = [await served(role), await served(role)]
    for (let minute = 0; minute < 2; minute++) {
      await victim.clock.advance(59_000)
      expect(await talking.ask(ROUTE)).not.toBe('closed')
    }
    expect(idle.isClosed).toBe(false)
    await victim.clock.advance(4000)
    expect([idle.isClosed, talking.isClosed]).toEqual([true, false])
    expect(victim.log.closed('idle-timeout')).toHaveLength(1)
  })

  it('reads a request that arrives in single bytes', async () => {
    const peer = await victim.attacker(role)
    const answer = peer.next()
    for (const byte of jsonFrame(ROUTE)) peer.write(Buffer.of(byte))
    expect(await answer).not.toBe('closed')
  })
})

describe('10,000 partial frames', () => {
  it.each<Role>(['broker', 'nameserver'])(
    'take no more than the budget of the %s; who has held the longest goes first, and an honest client is served',
    async (role) => {
      expect(await victim.serves()).toBe(true)
      const begun = Buffer.concat([int32(8 * MIB), Buffer.alloc(16 * 1024)])
      const peers: RawPeer[] = []
      let most = 0
      for (let round = 0; round < 20; round++) {
        const more = await Promise.all(Array.from({ length: 500 }, () => victim.attacker(role)))
        for (const peer of more) peer.write(begun)
        peers.push(...more)
        await victim.clock.settle()
        most = Math.max(most, victim.statsOf(role).partialBytes)
        expect(await victim.serves()).toBe(true)
      }
      expect(peers).toHaveLength(10_000)
      expect(most).toBeLessThanOrEqual(128 * MIB)
      expect(most).toBeGreaterThan(127 * MIB)
      expect(victim.statsOf(role).connections).toBeLessThanOrEqual(10_000)
      const gone = peers.filter((peer) => peer.isClosed).length
      expect(gone).toBeGreaterThanOrEqual(10_000 - Math.floor((128 * MIB) / begun.length))
      expect(peers[0]?.isClosed).toBe(true)
      expect(victim.log.closed('too-many-partial-frames')).toHaveLength(1)
      await victim.clock.advance(32_000)
      expect(peers.filter((peer) => !peer.isClosed)).toHaveLength(0)
      expect(victim.statsOf(role).partialBytes).toBe(0)
    },
    60_000
  )
})

describe('connections above 10,000', () => {
  it('are closed at once, and those that are there are served', async () => {
    expect(await victim.serves()).toBe(true)
    const peers = await Promise.all(Array.from({ length: 10_050 }, () => victim.attacker('broker')))
    await victim.clock.settle()
    expect(victim.statsOf('broker').connections).toBe(10_000)
    expect(peers.filter((peer) => peer.isClosed)).toHaveLength(51)
    expect(await victim.serves()).toBe(true)
  }, 60_000)
})
