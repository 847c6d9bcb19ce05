import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { MessageProperty } from '@rocketmq-ts/remoting/wire'
import { describeWithJava } from '../../official/java/java-programs'
import { judgedVersions } from '../../official/judges'
import { StoreBench } from './bench'
import { commitFurther, fillStore, goOn } from './contents'
import { breakDocuments, lastRecord, tearLastRecord, tears } from './damages'
import { expectFilled } from './expect-filled'
import { expectSame } from './expect-same'
import { smallOfficialFiles } from './official-broker'
import { type Served, servedBy } from './served'
import { untilNoted } from './settled'
import { filesOf } from './store-directory'

/** 5.5.0 then checks ours and writes its own; 4.9.7 knows nothing of them. */
const checksums = { enabledAppendPropCRC: 'true', forceVerifyPropCRC: 'true' }
const longMs = 120_000

describe('a store that ours wrote', () => {
  const bench = new StoreBench()
  const { directories } = bench
  let killed: string
  let stopped: string
  /** The same after another run, in which more was added. */
  let changed: string
  let isClean: boolean
  let before: Served
  let expected: Served

  beforeAll(async () => {
    killed = directories.fresh()
    const broker = await bench.ours(killed)
    await fillStore(broker.address)
    await untilNoted(broker.address, killed)
    before = await servedBy(broker.address)
    await broker.stop('KILL')
    stopped = directories.copy(killed)
    expected = await bench.served(bench.ours(stopped), 'TERM')
    changed = directories.copy(stopped)
    const again = await bench.ours(changed)
    isClean = again.recovery.isClean
    await goOn(again.address)
    await commitFurther(again.address)
    await again.stop('TERM')
  }, longMs)

  it('is served by ours after kill -9 as before', () => {
    expectSame(expected, before)
    const [first] = filesOf(killed, 'commitlog')
    expect(readFileSync(join(killed, first ?? '')).includes(MessageProperty.CRC32)).toBe(true)
    expect(isClean).toBe(true)
    expectFilled(stopped, expected)
  })

  for (const version of judgedVersions)
    describeWithJava(version)(`in the official broker ${version}`, () => {
      const official = (directory: string) => bench.official(version, directory, { ...smallOfficialFiles, ...checksums })

      it(
        'is served as by ours, after a clean stop',
        async () => {
          expectSame(await bench.served(official(directories.copy(stopped))), expected, { release: version })
        },
        longMs
      )

      it(
        'is served as by ours, after kill -9, and goes on in both in turn',
        async () => {
          const directory = directories.copy(killed)
          const theirs = await official(directory)
          expectSame(await servedBy(theirs.address), expected, { release: version })
          const added = await bench.servedAfterMore(theirs)
          expectSame(await bench.served(bench.ours(directory)), added, { release: version })
        },
        longMs
      )

      it(
        'is served as by ours, and goes on, when its files have the official lengths',
        async () => {
          const directory = directories.fresh()
          const ours = await bench.ours(directory, {})
          await goOn(ours.address)
          const written = await servedBy(ours.address)
          await ours.stop('TERM')
          const theirs = await bench.official(version, directory, {})
          expectSame(await servedBy(theirs.address), written, { release: version })
          const added = await bench.servedAfterMore(theirs)
          // A killed 5.5.0 has not noted the topics that it makes for itself.
          expectSame(added, await bench.served(bench.ours(directory, {})), { release: version })
        },
        longMs
      )

      it.each(Object.entries(tears))(
        'is served by both alike when of the last record only %s was written',
        async (_, written) => {
          const tear = (directory: string) => tearLastRecord(directory, expected, written)
          const { theirs, ours } = await bench.servedByBoth(killed, official, tear)
          expect(ours.byOffset).not.toHaveProperty([lastRecord(expected).name])
          expectSame(theirs, ours, { release: version, isTorn: true })
        },
        longMs
      )

      it(
        'is served by both alike when what it says of topics, groups and offsets is in the copies only',
        async () => {
          const breakAll = (directory: string) =>
            expect(breakDocuments(directory)).toEqual(expect.arrayContaining(['topics.json', 'consumerOffset.json']))
          const { theirs, ours } = await bench.servedByBoth(changed, official, breakAll)
          expectSame(theirs, ours, { release: version })
        },
        longMs
      )
    })
})
