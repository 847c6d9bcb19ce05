import { describe, expect, it } from '@jest/globals'
import { Bench, codeOf } from './support/bench'

/** A store whose first log files may go as soon as somebody looks: the disk is fuller than it has to be. */
async function startFilled(flush: 'ASYNC_FLUSH' | 'SYNC_FLUSH'): Promise<Bench> {
  const bench = await Bench.start({ flush })
  for (let i = 0; i < 12; i++) await bench.send(1, { body: Buffer.alloc(3000, 0x61) })
  await bench.clock.advance(3000)
  bench.files.freeBytes = Math.round(bench.files.totalBytes * 0.12)
  return bench
}

const logFiles = (bench: Bench): readonly string[] => bench.files.paths.filter((path) => path.startsWith('/store/commitlog/'))

/** What only changes the disk, and what only looks at it. */
const isChange = ({ name }: { readonly name: string }): boolean => !['read', 'stat', 'list', 'space'].includes(name)

describe.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('retention of a store with %s', (flush) => {
  it('deletes from a disk that is well', async () => {
    const bench = await startFilled(flush)
    const before = logFiles(bench).length
    await bench.clock.advance(12_000)
    expect(logFiles(bench).length).toBeLessThan(before)
    await bench.store.close()
  })

  it('ends when the disk has failed: nothing is deleted any more, and what is left can be read', async () => {
    const bench = await startFilled(flush)
    const failure = bench.files.failWhere(({ name, path }) => (name === 'sync' && path.includes('/commitlog/') ? 'EIO' : undefined))
    bench.append()
    bench.commit()
    await bench.clock.advance(1000)
    expect(bench.failures.map(({ code }) => code)).toEqual(['STORE_FAILED'])
    failure.cancel()
    const before = logFiles(bench)
    const { length } = bench.files.operations
    await bench.clock.advance(600_000)
    expect(bench.files.operations.slice(length).filter(isChange)).toEqual([])
    expect(logFiles(bench)).toEqual(before)
    expect(bench.store.minOffset('T', 0)).toBe(0)
    expect((await bench.bodies('T'))[0]).toMatch(/^1 /)
    expect(codeOf(() => bench.append())).toBe('STORE_FAILED')
    await bench.store.close()
  })
})
