import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { pullFields } from './requests/pulls'
import { sendFields } from './requests/sends'
import { type MemoryVictim, Victim } from './support/victim'

let victim: MemoryVictim

beforeEach(async () => {
  victim = await Victim.inMemory()
})

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

const text = (properties: Readonly<Record<string, string>>): string =>
  Object.entries(properties)
    .map(([name, value]) => `${name}\u0001${value}\u0002`)
    .join('')

/** Sends with these properties and reads the first message of a topic back, as raw bytes. */
async function stored(properties: Readonly<Record<string, string>>, topic = 'orders', afterMs = 0): Promise<string> {
  const peer = await victim.attacker('broker')
  expect(await peer.ask({ code: 310, fields: sendFields({ i: text(properties) }), body: 'x' })).toMatchObject({ code: 0 })
  await victim.clock.advance(afterMs)
  const pulled = await (await victim.attacker('broker')).ask({ code: 11, fields: pullFields({ topic }) })
  return pulled === 'closed' ? '' : `${pulled.code} ${pulled.body.toString('latin1')}`
}

describe('a property that belongs to the broker', () => {
  it.each(['MSG_REGION', 'TRACE_ON', 'CLUSTER', 'POP_CK', '__CRC32#'])('%s is not stored as the sender forged it', async (name) => {
    const record = await stored({ [name]: 'forged', mine: 'kept' })
    expect(record).toContain('mine\u0001kept')
    expect(record).not.toContain('forged')
  })

  it('REAL_TOPIC sends a delayed message nowhere but where it was sent', async () => {
    const before = victim.server.broker.stats.topics
    const record = await stored({ DELAY: '1', REAL_TOPIC: '../../etc/passwd', REAL_QID: '-1', mine: 'kept' }, 'orders', 3000)
    expect(record).toMatch(/^0 .*orders/s)
    expect(record).toContain('mine\u0001kept')
    expect(victim.server.broker.stats.topics).toBe(before)
  })

  it('REAL_TOPIC sends a delayed message into no system topic', async () => {
    const record = await stored({ DELAY: '1', REAL_TOPIC: 'SELF_TEST_TOPIC', REAL_QID: '0' }, 'SELF_TEST_TOPIC', 3000)
    expect(record).not.toMatch(/^0 /)
  })

  it('INNER_MULTI_DISPATCH makes no queue of the path it names', async () => {
    const before = victim.server.broker.stats.topics
    expect(await stored({ INNER_MULTI_DISPATCH: '%LMQ%../../etc', INNER_MULTI_QUEUE_OFFSET: '7' })).toMatch(/^0 /)
    expect(victim.server.broker.stats.topics).toBe(before)
    const peer = await victim.attacker('broker')
    expect(await peer.ask({ code: 11, fields: pullFields({ topic: '%LMQ%../../etc' }) })).toMatchObject({ code: 17 })
  })

  it('INNER_NUM, and the flag of an inner batch, are refused', async () => {
    const peer = await victim.attacker('broker')
    for (const changed of [{ i: text({ INNER_NUM: '1000000' }) }, { f: 0x80 }, { f: 0xc0 }]) {
      expect(await peer.ask({ code: 310, fields: sendFields(changed), body: 'x' })).toMatchObject({ code: 13 })
    }
    expect(await victim.serves()).toBe(true)
  })
})
