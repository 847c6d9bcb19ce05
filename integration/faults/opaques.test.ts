import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { INT_MAX, INT_MIN } from './requests/hostile-request'
import { pullFields, SUSPEND, WITH_SUBSCRIPTION } from './requests/pulls'
import { sendFields } from './requests/sends'
import { int32, jsonFrame, ONEWAY, RESPONSE } from './support/raw-frames'
import { type MemoryVictim, type Role, Victim } from './support/victim'

let victim: MemoryVictim

beforeEach(async () => {
  victim = await Victim.inMemory()
})

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

const UNKNOWN = { code: 9999 }

describe.each<Role>(['broker', 'nameserver'])('the %s', (role) => {
  it('answers each of many requests with the same opaque', async () => {
    const peer = await victim.attacker(role)
    peer.write(Buffer.concat(new Array(100).fill(jsonFrame({ ...UNKNOWN, opaque: 7 }))))
    await victim.clock.settle()
    expect(peer.answers.map(({ opaque, code }) => [opaque, code])).toEqual(new Array(100).fill([7, 3]))
    expect(victim.statsOf(role).inFlight).toBe(0)
  })

  it('gives back whatever opaque it was given', async () => {
    const peer = await victim.attacker(role)
    for (const opaque of [0, -1, INT_MAX, INT_MIN]) expect(await peer.ask({ ...UNKNOWN, opaque })).toMatchObject({ opaque, code: 3 })
  })

  it('passes over answers to what it never asked, and serves the same connection on', async () => {
    const peer = await victim.attacker(role)
    for (let opaque = -500; opaque < 500; opaque++) peer.write(jsonFrame({ code: 0, opaque, flag: RESPONSE }))
    peer.write(jsonFrame({ code: 0, opaque: 1, flag: RESPONSE | ONEWAY }))
    expect(await peer.ask({ ...UNKNOWN, opaque: 42 })).toMatchObject({ opaque: 42, code: 3 })
    expect(victim.log.important.filter(({ message }) => message.includes('nobody waits'))).toHaveLength(0)
    expect(victim.log.all.filter(({ message }) => message.includes('nobody waits'))).toHaveLength(1)
  })

  it('answers nothing to one-way requests, not even to ones it does not know', async () => {
    const peer = await victim.attacker(role)
    for (let request = 0; request < 1000; request++) peer.write(jsonFrame({ ...UNKNOWN, flag: ONEWAY }))
    expect(await peer.ask({ ...UNKNOWN, opaque: 42 })).toMatchObject({ opaque: 42 })
    expect(peer.answers).toHaveLength(0)
  })

  it('logs a thousand unknown requests once, and so hides nothing behind them', async () => {
    const peer = await victim.attacker(role)
    for (let code = 0; code < 1000; code++) peer.write(jsonFrame({ code: 20_000 + code }))
    await victim.clock.settle()
    expect(peer.answers).toHaveLength(1000)
    expect(victim.log.important).toHaveLength(1)
    peer.write(int32(-1))
    await peer.closed
    expect(victim.log.closed('protocol-error')).toHaveLength(1)
  })
})

describe('pulls without an end', () => {
  const end = (fields: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> =>
    pullFields({ sysFlag: SUSPEND | WITH_SUBSCRIPTION, suspendTimeoutMillis: 600_000, ...fields })

  it('of one client for one queue are held once: the one before is answered that nothing came', async () => {
    const peer = await victim.attacker('broker')
    for (let pull = 0; pull < 1000; pull++) peer.write(jsonFrame({ code: 11, fields: end(), opaque: pull }))
    await victim.clock.settle()
    expect(victim.server.broker.stats.heldPulls).toBe(1)
    expect(peer.answers.map(({ code, opaque }) => [code, opaque])).toEqual(Array.from({ length: 999 }, (_, pull) => [19, pull]))
    expect(await victim.send()).toBe(0)
    await victim.clock.settle()
    expect(peer.answers[999]).toMatchObject({ code: 0, opaque: 999 })
  })

  it('on one connection are held up to a limit, then answered SYSTEM_BUSY, and forgotten when it closes', async () => {
    const peer = await victim.attacker('broker')
    for (let pull = 0; pull < 20_000; pull++) {
      const fields = end({ queueId: pull % 4, consumerGroup: `group-${Math.floor(pull / 4)}` })
      peer.write(jsonFrame({ code: 11, fields, opaque: pull }))
    }
    await victim.clock.settle()
    expect(victim.server.broker.stats.heldPulls).toBe(16_384)
    expect(victim.statsOf('broker').heldPolls).toBe(16_384)
    expect(peer.answers).toHaveLength(20_000 - 16_384)
    expect(peer.answers.every(({ code }) => code === 2)).toBe(true)
    expect(await victim.serves()).toBe(true)
    peer.close()
    await victim.clock.advance(6000)
    expect(victim.server.broker.stats.heldPulls).toBe(0)
  })

  it('do not keep the sends behind them waiting', async () => {
    const peer = await victim.attacker('broker')
    for (let pull = 0; pull < 2000; pull++)
      peer.write(jsonFrame({ code: 11, fields: end({ consumerGroup: `group-${pull}` }), opaque: pull }))
    await victim.clock.settle()
    peer.write(jsonFrame({ code: 310, fields: sendFields({ e: 1 }), body: 'x', opaque: 5000 }))
    await victim.clock.settle()
    expect(peer.answers.map(({ opaque }) => opaque)).toEqual([5000])
  })
})
