import { crc32, deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { registration } from './requests/nameserver'
import { int32, type RawAnswer } from './support/raw-frames'
import { type MemoryVictim, Victim } from './support/victim'

const MIB = 1024 * 1024

let victim: MemoryVictim
let before: { readonly brokers: number; readonly topics: number }

beforeEach(async () => {
  victim = await Victim.inMemory({}, { chunks: 'whole' })
  before = held()
})

afterEach(async () => {
  const closing = victim.close()
  await victim.clock.advance(10_000)
  await closing
})

function held(): { readonly brokers: number; readonly topics: number } {
  const { brokers, topics } = victim.server.nameserver.stats
  return { brokers, topics }
}

async function register(body: Buffer | string, changed: Readonly<Record<string, unknown>> = {}): Promise<RawAnswer | 'closed'> {
  const peer = await victim.attacker('nameserver')
  return peer.ask({ code: 103, fields: { ...registration, ...changed }, body })
}

const config = (topicName: string): object => ({ topicName, readQueueNums: 4, writeQueueNums: 4, perm: 6, topicFilterType: 'SINGLE_TAG' })

function plain(topics: readonly string[], counter = 1): Buffer {
  const topicConfigTable = Object.fromEntries(topics.map((topic) => [topic, config(topic)]))
  return Buffer.from(
    JSON.stringify({ topicConfigSerializeWrapper: { topicConfigTable, dataVersion: { timestamp: 1, counter } }, filterServerList: [] })
  )
}

const piece = (text: string): Buffer => Buffer.concat([int32(Buffer.byteLength(text)), Buffer.from(text)])
const DATA_VERSION = piece('{"counter":1,"timestamp":1}')
const names = (count: number, prefix = 'topic-'): readonly string[] => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

async function expectRefused(answer: RawAnswer | 'closed', remark: string): Promise<void> {
  expect(answer).toMatchObject({ code: 1, remark: expect.stringContaining(remark) })
  expect(held()).toEqual(before)
  expect(await victim.serves()).toBe(true)
}

describe('a registration', () => {
  it('that is sound is taken, so that those below are refused for what they are', async () => {
    expect(await register(plain(['one', 'two']))).toMatchObject({ code: 0 })
    expect(held()).toEqual({ brokers: before.brokers + 1, topics: before.topics + 2 })
  })

  it('with a checksum of other bytes is refused and changes nothing', async () => {
    const body = plain(['one', 'two'])
    await expectRefused(await register(body, { bodyCrc32: crc32(Buffer.from('other')) & 0x7fff_ffff }), 'crc32')
    expect(await register(body, { bodyCrc32: crc32(body) & 0x7fff_ffff })).toMatchObject({ code: 0 })
  })

  it('that inflates to 64 MiB is refused before it does', async () => {
    const bomb = deflateSync(Buffer.alloc(64 * MIB, 0x20))
    expect(bomb.length).toBeLessThan(MIB / 8)
    await expectRefused(await register(bomb, { compressed: true }), 'inflate')
    await expectRefused(await register(bomb), 'inflate')
  })

  it('that is compressed twice is refused: only once is undone', async () => {
    await expectRefused(await register(deflateSync(deflateSync(plain(['one', 'two']))), { compressed: true }), 'RegisterBrokerBody')
  })

  it.each([
    ['whose compressed bytes are cut off', deflateSync(plain(['one', 'two'])).subarray(0, 40), 'inflate'],
    ['that announces 2^31 - 1 topics', deflateSync(Buffer.concat([DATA_VERSION, int32(2 ** 31 - 1)])), 'too many topics'],
    ['that announces -1 topics', deflateSync(Buffer.concat([DATA_VERSION, int32(-1)])), 'too many topics'],
    ['with a topic of 2^31 - 1 bytes', deflateSync(Buffer.concat([DATA_VERSION, int32(1), int32(2 ** 31 - 1)])), 'does not fit'],
    ['with a topic that is none', deflateSync(Buffer.concat([DATA_VERSION, int32(1), piece('one many few')])), 'not a topic'],
    ['that ends before its topics', deflateSync(DATA_VERSION), 'too early'],
    ['that inflates to nothing', deflateSync(Buffer.alloc(0)), 'too early']
  ])('%s is refused and changes nothing', async (_name, body, remark) => {
    await expectRefused(await register(body, { compressed: true }), remark)
  })

  it('of 50,001 topics is refused', async () => {
    await expectRefused(await register(plain(names(50_001))), 'too many topics')
  })

  it('with names of 256 characters is refused', async () => {
    await expectRefused(await register(plain(['t'.repeat(256), 'two'])), '255')
    await expectRefused(await register(plain(['one', 'two']), { brokerName: 'b'.repeat(256) }), '255')
    await expectRefused(await register(plain(['one', 'two']), { brokerAddr: 'a'.repeat(256) }), '255')
  })
})

describe('registrations without end', () => {
  it('are refused above 1,024 addresses', async () => {
    const peer = await victim.attacker('nameserver')
    const codes: number[] = []
    for (let broker = 0; broker < 1100; broker++) {
      const fields = { ...registration, brokerName: `broker-${broker}`, brokerAddr: `10.0.0.1:${broker}` }
      const answer = await peer.ask({ code: 103, fields, body: plain(['one', 'two']) })
      codes.push(answer === 'closed' ? -1 : answer.code)
    }
    expect(victim.server.nameserver.stats.brokers).toBe(1024)
    expect(codes.filter((code) => code === 0)).toHaveLength(1024 - before.brokers)
    expect(await victim.serves()).toBe(true)
    peer.close()
    await victim.clock.settle()
    expect(held()).toEqual(before)
  })

  it('of one address under ever new names keep one name', async () => {
    const peer = await victim.attacker('nameserver')
    for (let name = 0; name < 500; name++) {
      await peer.ask({ code: 103, fields: { ...registration, brokerName: `broker-${name}` }, body: plain(['one', 'two']) })
    }
    const { brokerAddrTable, clusterAddrTable } = victim.server.nameserver.clusterInfo()
    expect([...brokerAddrTable.keys()].sort()).toEqual(['broker-499', 'broker-a'])
    expect(clusterAddrTable.get('Elsewhere')).toEqual(['broker-499'])
    peer.close()
    await victim.clock.settle()
    expect(held()).toEqual(before)
  })

  it('of ever new topics are refused above 100,000, and the broker that was there keeps its routes', async () => {
    const peer = await victim.attacker('nameserver')
    const codes: unknown[] = []
    for (let version = 1; version <= 4; version++) {
      const answer = await peer.ask({ code: 103, fields: registration, body: plain(names(40_000, `v${version}-`), version) })
      codes.push(answer === 'closed' ? answer : answer.code)
    }
    expect(codes).toEqual([0, 0, 1, 1])
    expect(victim.server.nameserver.stats.topics).toBeLessThanOrEqual(100_000)
    await victim.clock.advance(31_000)
    expect(await victim.serves()).toBe(true)
    peer.close()
    await victim.clock.settle()
    expect(held()).toEqual(before)
  })

  it('of a broker that then sends nothing are dropped when it has been silent for 120 s', async () => {
    expect(await register(plain(['one', 'two']), { heartbeatTimeoutMillis: 120_000 })).toMatchObject({ code: 0 })
    await victim.clock.advance(130_000)
    expect(held()).toEqual(before)
  })
})
