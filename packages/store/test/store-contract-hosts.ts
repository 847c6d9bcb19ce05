import { expect, it } from '@jest/globals'
import {
  decodeRecord,
  encodeProperties,
  MessageSysFlag,
  offsetMessageId,
  recordSize,
  sealRecord,
  withRecordCrc,
  writeRecord
} from '@rocketmq-ts/remoting/wire'
import type { Appended, AppendRequest, Arrival, MessageStore } from '../src'
import { Bench, type CreateStore } from './store-contract'

const V4 = { host: '10.1.2.3', port: 40_000 }
const V6 = { host: '2001:db8::7:1', port: 65_535 }
const BROKER_V4 = { host: '192.168.0.9', port: 10_911 }
const BROKER_V6 = { host: 'fe80::a:b:c', port: 10_911 }

/** Every length that the hosts of a record can have: sender, broker. */
export const HOSTS = [
  ['IPv4', 'IPv4', { bornHost: V4, storeHost: BROKER_V4 }],
  ['IPv6', 'IPv4', { bornHost: V6, storeHost: BROKER_V4 }],
  ['IPv4', 'IPv6', { bornHost: V4, storeHost: BROKER_V6 }],
  ['IPv6', 'IPv6', { bornHost: V6, storeHost: BROKER_V6 }]
] as const

/** What a record can be of a transaction, and whether it has a place in its queue. */
export const TRANSACTIONS = [
  ['of no transaction', MessageSysFlag.TRANSACTION_NOT, true],
  ['prepared', MessageSysFlag.TRANSACTION_PREPARED, false],
  ['committed', MessageSysFlag.TRANSACTION_COMMIT, true],
  ['rolled back', MessageSysFlag.TRANSACTION_ROLLBACK, false]
] as const

const ALL_TIMES = { beginMs: 0, endMs: Number.MAX_SAFE_INTEGER, maxCount: 32 }

async function foundBy(store: MessageStore, key: string): Promise<Buffer[]> {
  return [...(await store.query({ ...ALL_TIMES, topic: 'T', key })).records]
}

const keyed = (key: string): Buffer => encodeProperties([['KEYS', key]])

/** Hosts of 4 and of 16 bytes: they move everything that follows them in a record. */
export function hosts(create: CreateStore, isSealed: boolean): void {
  it.each(HOSTS)('serves a message of a sender with %s, stored by a broker with %s, alike in every way', async (_, __, addresses) => {
    const bench = await Bench.start(create)
    const sent = { ...addresses, body: Buffer.from('body'), properties: keyed('k'), flag: -7, reconsumeTimes: 3 }
    bench.append()
    const appended = bench.append(sent)
    bench.append(addresses)
    await bench.committed()
    const expected = bytesOf(appended, sent, isSealed)
    expect((await bench.read(1, { maxCount: 1 })).records.map((record) => record.toString('hex'))).toEqual([expected])
    expect((await bench.store.recordBytesAt(appended.physicalOffset))?.toString('hex')).toBe(expected)
    expect((await foundBy(bench.store, 'k')).map((record) => record.toString('hex'))).toEqual([expected])
    expect(await bench.store.recordAt(appended.physicalOffset)).toMatchObject({
      ...{ bornHost: addresses.bornHost.host, bornPort: addresses.bornHost.port, flag: -7, reconsumeTimes: 3 },
      ...{ storeHost: addresses.storeHost.host, storePort: addresses.storeHost.port, storeTimestamp: appended.storeTimestamp },
      offsetMessageId: offsetMessageId(addresses.storeHost.host, addresses.storeHost.port, appended.physicalOffset)
    })
    expect(await bench.store.storeTimeAt('T', 0, 1)).toBe(appended.storeTimestamp)
    expect((await bench.read(2)).records.map((record) => decodeRecord(record).bornHost)).toEqual([addresses.bornHost.host])
  })

  it('finds nothing inside of a record, wherever its parts begin', async () => {
    const bench = await Bench.start(create)
    for (const [, , addresses] of HOSTS) {
      const { physicalOffset, size } = bench.append(addresses)
      await bench.committed()
      for (let inside = 1; inside < size; inside++) expect(await bench.store.recordAt(physicalOffset + inside)).toBeUndefined()
      expect(await bench.store.recordAt(physicalOffset)).toBeDefined()
    }
  })
}

function bytesOf(appended: Appended, sent: Partial<AppendRequest>, isSealed: boolean): string {
  const { sysFlag = 0, topic = 'T', queueId = 0, flag = 0, reconsumeTimes = 0, bornHost = V4, storeHost = V4 } = sent
  const content = {
    ...{ topic, queueId, flag, sysFlag, reconsumeTimes, bornHost, storeHost, bornTimestamp: 1_600_000_000_000 },
    ...{ preparedTransactionOffset: 0, body: sent.body ?? Buffer.alloc(0), properties: sent.properties ?? Buffer.alloc(0) }
  }
  const stored = isSealed ? withRecordCrc(content) : content
  const bytes = Buffer.alloc(recordSize(stored))
  writeRecord(bytes, 0, stored, appended)
  if (isSealed) sealRecord(bytes, 0, bytes.length)
  return bytes.toString('hex')
}

/** Messages of transactions: in the log all of them, in their queue only those that count. */
export function transactions(create: CreateStore): void {
  it.each(TRANSACTIONS)('keeps a message that is %s, and nothing else, in one commit', async (_, sysFlag, isQueued) => {
    const bench = await Bench.start(create)
    const arrivals: Arrival[] = []
    bench.store.onArrival((arrival) => arrivals.push(arrival))
    const appended = bench.append({ sysFlag, preparedTransactionOffset: 4711, properties: keyed('k') })
    expect(await bench.store.recordAt(appended.physicalOffset)).toBeUndefined()
    expect(await bench.committed()).toBe('COMMITTED')
    expect(await bench.store.recordAt(appended.physicalOffset)).toMatchObject({ sysFlag, queueOffset: 0, preparedTransactionOffset: 4711 })
    expect([bench.store.maxOffset('T', 0), arrivals.length]).toEqual(isQueued ? [1, 1] : [0, 0])
    expect((await bench.read(0)).records).toHaveLength(isQueued ? 1 : 0)
    expect(await foundBy(bench.store, 'k')).toHaveLength(sysFlag === MessageSysFlag.TRANSACTION_ROLLBACK ? 0 : 1)
  })

  it('counts the queue on as if the others were not there', async () => {
    const bench = await Bench.start(create)
    const flags = TRANSACTIONS.map(([, sysFlag]) => sysFlag)
    const appended = await bench.fill(16, (index) => ({ sysFlag: flags[index % 4] ?? 0 }))
    expect(appended.map(({ queueOffset }) => queueOffset)).toEqual([0, 0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0])
    const { records, maxOffset } = await bench.read(0)
    expect(maxOffset).toBe(8)
    expect(records.map((record) => decodeRecord(record).body.toString())).toEqual(
      [0, 2, 4, 6, 8, 10, 12, 14].map((index) => `body ${index}`)
    )
    for (const [index, { physicalOffset }] of appended.entries())
      expect((await bench.store.recordAt(physicalOffset))?.body.toString()).toBe(`body ${index}`)
  })

  it('lets a topic be deleted and made again of which it has half messages only', async () => {
    const bench = await Bench.start(create)
    const half = { sysFlag: MessageSysFlag.TRANSACTION_PREPARED, properties: keyed('k') }
    await bench.fill(3, () => half)
    bench.store.deleteTopic('T')
    expect([bench.store.minOffset('T', 0), bench.store.maxOffset('T', 0)]).toEqual([0, 0])
    const [appended] = await bench.fill(1)
    expect(appended?.queueOffset).toBe(0)
  })
}
