import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { encodeProperties, MessageProperty, type MessageRecord, MessageSysFlag, tagsCode } from '@rocketmq-ts/remoting/wire'
import { DiskMessageStore, nodeStoreFiles, openInspection } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'
import { reportNotRun } from '../../official/availability'
import { describeWithJava } from '../../official/java/java-programs'
import { type JudgedVersion, judgedVersions } from '../../official/judges'
import { type RunningBroker, StoreBench } from './bench'
import { BrokerLink } from './broker-link'
import { createTopic, goOn, hasIpv6, sendFromV6 } from './contents'
import { expectSame } from './expect-same'
import { smallFiles, smallOfficialFiles } from './official-broker'
import { queryAll, viewAll } from './queried'
import { list } from './sending'
import { type Served, servedBy } from './served'
import { sendTransactions } from './waiting-contents'

const longMs = 120_000
const topic = 'hosts'

const senders = { v4: { host: '10.1.2.3', port: 40_000 }, v6: { host: '2001:db8::7:1', port: 65_535 } }
const brokers = { v4: { host: '127.0.0.1', port: 10_911 }, v6: { host: 'fe80::a:b:c', port: 10_911 } }
const states = [
  MessageSysFlag.TRANSACTION_NOT,
  MessageSysFlag.TRANSACTION_PREPARED,
  MessageSysFlag.TRANSACTION_COMMIT,
  MessageSysFlag.TRANSACTION_ROLLBACK
]

/** What a broker serves, and what it knows of records by their place and their keys, those that are in no queue among them. */
interface ServedWithPlaces extends Served {
  readonly places: Readonly<Record<string, string>>
  readonly keys: Readonly<Record<string, readonly number[]>>
}

async function servedWith(records: readonly MessageRecord[], starting: Promise<RunningBroker>): Promise<ServedWithPlaces> {
  const broker = await starting
  const served = await servedBy(broker.address)
  const asked = await BrokerLink.with(broker.address, async (link) => ({
    places: await viewAll(link, records),
    keys: (await queryAll(link, records)).found
  }))
  await broker.stop('KILL')
  return { ...served, ...asked }
}

/** Puts one record of each kind into a store that no broker has open: ours takes no half messages from a client. */
async function addRecords(directory: string, whileOpen: () => void): Promise<MessageRecord[]> {
  const disk = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 }
  const store = new DiskMessageStore({ directory, files: nodeStoreFiles, clock: realClock, ...smallFiles, ...disk })
  await store.start()
  const appended = list(160, (at) => store.append(requestAt(at)))
  await new Promise((resolve) => {
    store.whenCommitted(resolve)
    store.commit()
  })
  const records = await Promise.all(appended.map(({ physicalOffset }) => store.recordAt(physicalOffset)))
  whileOpen()
  await store.close()
  return records.filter((record) => record !== undefined)
}

function requestAt(at: number) {
  const properties = encodeProperties([
    [MessageProperty.TAGS, 'paid'],
    [MessageProperty.KEYS, `host-${at}`],
    [MessageProperty.UNIQ_CLIENT_MESSAGE_ID_KEYIDX, `7F00000100019999999999999${String(at).padStart(7, '0')}`]
  ])
  return {
    ...{ topic, queueId: at % 2, flag: at, sysFlag: states[(at >> 2) % 4] ?? 0, bornTimestamp: Date.now(), tagsCode: tagsCode('paid') },
    ...{ bornHost: at % 2 === 0 ? senders.v4 : senders.v6, storeHost: (at >> 1) % 2 === 0 ? brokers.v4 : brokers.v6 },
    ...{ reconsumeTimes: 0, preparedTransactionOffset: at, properties, body: Buffer.alloc(20_000 * (at % 3) + 1, `at ${at};`) }
  }
}

describe('a store of ours with IPv6 hosts and half messages', () => {
  const bench = new StoreBench()
  const { directories } = bench
  let killed: string
  let stopped: string
  let records: MessageRecord[]
  let expected: ServedWithPlaces

  beforeAll(async () => {
    stopped = directories.fresh()
    const broker = await bench.ours(stopped)
    await BrokerLink.with(broker.address, (link) => createTopic(link, topic, 2))
    await goOn(broker.address)
    await broker.stop('TERM')
    records = await addRecords(stopped, () => {
      killed = directories.copy(stopped)
    })
    // It names a process that is still there.
    rmSync(join(killed, 'rocketmq-ts', 'owner.json'))
    expected = await servedWith(records, bench.ours(directories.copy(stopped)))
  }, longMs)

  it('has them all, and is sound', async () => {
    expect(records).toHaveLength(160)
    expect(new Set(records.map(({ sysFlag }) => sysFlag)).size).toBe(16)
    expect(expected.queues).toMatchObject({ [`${topic}/0`]: { max: 40 }, [`${topic}/1`]: { max: 40 } })
    expect(Object.keys(expected.places)).toHaveLength(160)
    for (const at of records.keys()) expect(expected.keys[`${topic}#host-${at}`]).toHaveLength(requestAt(at).sysFlag === 12 ? 0 : 1)
    const inspection = openInspection({ directory: stopped, indexSlots: smallFiles.indexSlots, indexEntries: smallFiles.indexEntries })
    expect(await inspection.verify()).toMatchObject({ isSound: true, findings: [] })
  })

  it('is served by ours after kill -9 as after a clean stop', async () => {
    expectSame(await servedWith(records, bench.ours(directories.copy(killed))), expected)
  })

  for (const version of judgedVersions)
    describeWithJava(version)(`in the official broker ${version}`, () => {
      const checksums = { enabledAppendPropCRC: 'true', forceVerifyPropCRC: 'true' }
      const official = (directory: string) => bench.official(version, directory, { ...smallOfficialFiles, ...checksums })

      it.each(['after a clean stop', 'after kill -9'])(
        'is served as by ours, half messages by their place and keys too, %s',
        async (how) => {
          const directory = directories.copy(how === 'after kill -9' ? killed : stopped)
          const theirs = await servedWith(records, official(directory))
          expectSame(theirs, expected, { release: version })
          expect(theirs.places).toEqual(expected.places)
          expect(theirs.keys).toEqual(expected.keys)
          const back = await servedWith(records, bench.ours(directory))
          expectSame(back, expected, { release: version })
          expect(back.places).toEqual(expected.places)
          expect(back.keys).toEqual(expected.keys)
        },
        longMs
      )
    })
})

/** The other way: an official broker that knows itself by an IPv6 address writes it into every record. */
function describeOfficialHosts(version: JudgedVersion): void {
  if (!hasIpv6()) reportNotRun(version, 'this machine cannot connect to itself by IPv6')
  const describeV6 = hasIpv6() ? describeWithJava(version) : describe.skip
  describeV6(`a store of the official broker ${version} at an IPv6 address`, () => {
    const bench = new StoreBench()
    const { directories } = bench

    it(
      'is served by ours as by itself, half messages too',
      async () => {
        const directory = directories.fresh()
        const atV6 = { ...smallOfficialFiles, brokerIP1: '::1' }
        const broker = await bench.official(version, directory, atV6)
        await BrokerLink.with(broker.address, async (link) => {
          for (const name of ['odds', 'paid']) await createTopic(link, name, 2)
          await sendTransactions(link)
        })
        await sendFromV6(broker.address)
        await goOn(broker.address)
        await broker.stop('TERM')
        const hosts = new Set<string>()
        for await (const { bornHost, storeHost } of openInspection(directory).records()) hosts.add(`${bornHost} ${storeHost}`)
        expect([...hosts].sort()).toEqual(['127.0.0.1 ::1', '::1 ::1'])
        const { theirs, ours } = await bench.servedByBoth(directory, (copy) => bench.official(version, copy, atV6))
        expectSame(ours, theirs, { release: version })
        expect(theirs.queues).toHaveProperty(['RMQ_SYS_TRANS_HALF_TOPIC/0'])
      },
      longMs
    )
  })
}

for (const version of judgedVersions) describeOfficialHosts(version)
