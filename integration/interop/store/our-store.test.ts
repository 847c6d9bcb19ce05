import { beforeAll, describe, expect, it } from '@jest/globals'
import { describeWithJava } from '../../official/java/java-programs'
import { judgedVersions } from '../../official/judges'
import { StoreBench } from './bench'
import { fillStore, goOn } from './contents'
import { expectSame } from './expect-same'
import { type Served, servedBy } from './served'
import { untilNoted } from './settled'
import { filesOf } from './store-directory'
import { tearLastRecord, tears } from './torn-tail'

const longMs = 120_000

describe('a store that ours wrote', () => {
  const bench = new StoreBench()
  const { directories } = bench
  let killed: string
  let stopped: string
  let expected: Served

  beforeAll(async () => {
    killed = directories.fresh()
    const broker = await bench.ours(killed)
    await fillStore(broker.address)
    await untilNoted(broker.address, killed)
    await broker.stop('KILL')
    stopped = directories.copy(killed)
    expected = await bench.served(bench.ours(stopped), 'TERM')
  }, longMs)

  it('is served by ours after kill -9 as before', () => {
    expect(filesOf(stopped, 'commitlog').length).toBeGreaterThan(3)
    expect(filesOf(stopped, 'consumequeue/ledger/0').length).toBe(3)
    expect(filesOf(stopped, 'index').length).toBeGreaterThan(3)
    expect(Object.keys(expected.byOffset).length).toBeGreaterThan(800)
    expect(Object.values(expected.byKey.found).every((offsets) => offsets.length > 0)).toBe(true)
  })

  for (const version of judgedVersions)
    describeWithJava(version)(`in the official broker ${version}`, () => {
      const official = (directory: string) => bench.official(version, directory)
      const times = version === '4.9.7' ? 'none' : 'all'

      it(
        'is served as by ours, after a clean stop',
        async () => {
          expectSame(await bench.served(official(directories.copy(stopped))), expected, { times })
        },
        longMs
      )

      it(
        'is served as by ours, after kill -9, and goes on in both in turn',
        async () => {
          const directory = directories.copy(killed)
          const theirs = await official(directory)
          expectSame(await servedBy(theirs.address), expected, { times })
          await goOn(theirs.address)
          const added = await servedBy(theirs.address)
          await untilNoted(theirs.address, directory, 'ledger@audit')
          await theirs.stop('KILL')
          expectSame(await bench.served(bench.ours(directory)), added, { times })
        },
        longMs
      )

      it.each(Object.entries(tears))(
        'is served by both alike when of the last record only %s was written',
        async (_, written) => {
          const [one, other] = [directories.copy(killed), directories.copy(killed)]
          const torn = tearLastRecord(one, expected, written)
          tearLastRecord(other, expected, written)
          const ours = await bench.served(bench.ours(other))
          expect(ours.byOffset).not.toHaveProperty([torn])
          expectSame(await bench.served(official(one)), ours, { times, index: 'cut' })
        },
        longMs
      )
    })
})
