import { beforeAll, expect, it } from '@jest/globals'
import { describeWithJava } from '../../official/java/java-programs'
import type { JudgedVersion } from '../../official/judges'
import { StoreBench } from './bench'
import { commitFurther, deleteTopic, type FillOptions, fillStore, goOn } from './contents'
import { breakDocuments, lastRecord, removeOldest, tearLastRecord, tears } from './damages'
import { expectFilled } from './expect-filled'
import { expectSame } from './expect-same'
import { addForeignFiles, foreignFiles } from './foreign-files'
import { type Served, servedBy } from './served'
import { untilNoted } from './settled'
import { filesOf } from './store-directory'

export interface OfficialStore {
  readonly version: JudgedVersion
  readonly fill: FillOptions
}

const longMs = 120_000

/** What recovery says of a store that lacks nothing. */
const undamaged = { tornBytes: 0, damages: [], lostEntries: 0 }

/** A store that an official broker wrote, in ours; and what ours made of it, in the official one again. */
export function describeOfficialStore(title: string, { version, fill }: OfficialStore): void {
  describeWithJava(version)(title, () => {
    const bench = new StoreBench()
    const { directories } = bench
    const official = (directory: string) => bench.official(version, directory)
    const newest = (directory: string) => bench.official('5.5.0', directory)
    let killed: string
    let stopped: string
    let expected: Served

    beforeAll(async () => {
      killed = directories.fresh()
      const broker = await official(killed)
      await fillStore(broker.address, fill)
      await untilNoted(broker.address, killed)
      await broker.stop('KILL')
      stopped = directories.copy(killed)
      expected = await bench.served(official(stopped), 'TERM')
    }, longMs)

    it('was filled with all that it is about', () => {
      expectFilled(stopped, expected)
      expect(expected.committed).toMatchObject({ 'billing@orders/3': 43, 'billing@ledger/0': 250, 'audit@orders/3': 3 })
      if (fill.senderV6) expect(expected.byKey.found['odds#v6']?.length).toBe(5)
      expect(filesOf(killed)).toContain('abort')
    })

    it(
      'is served by ours as by the official broker, after a clean stop',
      async () => {
        const { theirs, ours, recovery } = await bench.servedByBoth(stopped, official)
        expect(recovery).toMatchObject({ ...undamaged, unprotectedFields: expect.arrayContaining(['topic', 'properties']) })
        if (fill.transactions) expect(theirs.queues).toHaveProperty(['RMQ_SYS_TRANS_HALF_TOPIC/0'])
        expectSame(ours, theirs, { release: version })
      },
      longMs
    )

    it(
      'is served by ours as by the official broker, after kill -9, and then the other way round',
      async () => {
        const directory = directories.copy(killed)
        const broker = await bench.ours(directory)
        expect(broker.recovery).toMatchObject(undamaged)
        expectSame(await servedBy(broker.address), expected, { release: version })
        const added = await bench.servedAfterMore(broker)
        expectSame(await bench.served(official(directory)), added, { release: version })
      },
      longMs
    )

    it.each(Object.entries(tears))(
      'is served by both alike when of the last record only %s was written',
      async (_, written) => {
        const tear = (directory: string) => tearLastRecord(directory, expected, written)
        const { theirs, ours, recovery } = await bench.servedByBoth(killed, official, tear)
        expect(recovery).toMatchObject({ ...undamaged, tornBytes: expect.any(Number) })
        expect(recovery.tornBytes).toBeGreaterThan(0)
        expect(theirs.byOffset).not.toHaveProperty([lastRecord(expected).name])
        expectSame(ours, theirs, { release: version, isTorn: true })
      },
      longMs
    )

    if (version === '4.9.7')
      it(
        'is served by ours as by 5.5.0, answers for times included',
        async () => {
          const { theirs, ours } = await bench.servedByBoth(stopped, newest)
          // 5.5.0 makes topics that 4.9.7 had not, so ours is what is expected; and ours indexes the last message once more, its tag too.
          expectSame(theirs, ours, { tags: false })
        },
        longMs
      )

    it(
      'is served by ours as by 5.5.0 when its oldest messages have been removed',
      async () => {
        // 4.9.7 cannot tell for a minute where a queue begins all of whose messages are gone.
        const { theirs, ours } = await bench.servedByBoth(stopped, newest, removeOldest)
        expect(ours.queues['orders/0']?.min).toBeGreaterThan(0)
        expect(ours.queues['ledger/0']).toMatchObject({ min: 260, max: 260 })
        expectSame(theirs, ours, { tags: version === '5.5.0' })
      },
      longMs
    )

    it(
      'goes back to the official broker with what was added to it, and nothing of others is touched',
      async () => {
        const directory = directories.copy(stopped)
        addForeignFiles(directory)
        const foreign = foreignFiles(directory)
        const broker = await bench.ours(directory)
        await goOn(broker.address)
        await commitFurther(broker.address)
        await deleteTopic(broker.address, 'batches')
        const ours = await servedBy(broker.address)
        await broker.stop('TERM')
        expect(foreignFiles(directory)).toEqual(foreign)
        expect(ours.queues['orders/0']?.max).toBeGreaterThan(expected.queues['orders/0']?.max ?? 0)
        const theirs = await bench.served(official(directory))
        expectSame(theirs, ours, { release: version })
        expect(Object.keys({ ...theirs.topics, ...theirs.queues }).filter((name) => name.startsWith('batches'))).toEqual([])
      },
      longMs
    )

    it(
      'is served by both alike when what it says of topics, groups and offsets is in the copies only',
      async () => {
        const breakAll = (directory: string) => expect(breakDocuments(directory).length).toBe(4)
        const { theirs, ours } = await bench.servedByBoth(stopped, official, breakAll)
        expectSame(ours, theirs, { release: version })
      },
      longMs
    )
  })
}
