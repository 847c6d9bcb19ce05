import { describe, expect, it } from '@jest/globals'
import { SimulatedStoreFiles } from '../../../src'
import { SampleStore } from '../../inspection/sample-store'
import { Bench } from '../support/bench'

interface Told {
  readonly text: string
  readonly facts: unknown
}

/** Starts a store on what is left of one, and tells what it found missing. */
async function found(files: SimulatedStoreFiles) {
  const errors: Told[] = []
  const error = (text: string, facts?: unknown): void => void errors.push({ text, facts })
  const logger = { error, warn: () => {}, info: () => {}, debug: () => {} }
  const sample = new SampleStore({ logger }, files)
  const store = await sample.open()
  const { lostTail, end } = store.recovery ?? {}
  const offsets = [store.minOffset('orders', 0), store.maxOffset('orders', 0)]
  await sample.close()
  return { lostTail, end, offsets, errors }
}

async function filled(end: 'closed' | 'killed'): Promise<{ sample: SampleStore; files: SimulatedStoreFiles; end: number }> {
  const disk = new SimulatedStoreFiles()
  const sample = new SampleStore({}, disk)
  for (let index = 0; index < 30; index++) await sample.send({ body: Buffer.alloc(900, index) })
  await sample.clock.advance(2000)
  const files = end === 'killed' ? disk.afterKill() : disk
  await sample.close()
  const last = sample.sent.at(-1)
  return { sample, files, end: (last?.physicalOffset ?? 0) + (last?.size ?? 0) }
}

const logFiles = (files: SimulatedStoreFiles) => files.paths.filter((path) => /commitlog\/\d{20}$/.test(path))

describe('a log whose end is gone', () => {
  it.each(['closed', 'killed'] as const)('is told, with the range, and ends where it does: %s', async (how) => {
    const { sample, files, end } = await filled(how)
    for (const path of logFiles(files).filter((each) => Number(each.slice(-20)) >= 16_384)) files.remove(path)
    const left = sample.sent.filter(({ physicalOffset }) => physicalOffset < 16_384)
    const from = (left.at(-1)?.physicalOffset ?? 0) + (left.at(-1)?.size ?? 0)
    const first = await found(files)
    expect(first).toEqual({
      ...{ lostTail: { from: expect.any(Number), to: end }, end: first.lostTail?.from, offsets: [0, left.length] },
      errors: [{ text: expect.stringContaining('end of the commit log is gone'), facts: first.lostTail }]
    })
    expect([from, 16_384]).toContain(first.lostTail?.from)
    expect(await found(files)).toMatchObject({ lostTail: undefined, errors: [] })
  })

  it('is told when nothing is left of it', async () => {
    const { files, end } = await filled('closed')
    for (const path of logFiles(files)) files.remove(path)
    expect(await found(files)).toMatchObject({ lostTail: { from: 0, to: end }, offsets: [0, 0] })
  })

  it.each(['ASYNC_FLUSH', 'SYNC_FLUSH'] as const)('is not told of what a power cut takes that was not durable: %s', async (flush) => {
    const disk = new SimulatedStoreFiles()
    const left: SimulatedStoreFiles[] = []
    disk.watch(() => left.push(disk.clone()))
    const bench = new Bench({ on: disk, flush })
    await bench.store.start()
    for (let count = 0; count < 12; count++) {
      await bench.send(3, { body: Buffer.alloc(900) })
      await bench.clock.advance(500)
    }
    await bench.store.close()
    expect(left.length).toBeGreaterThan(100)
    for (const [index, each] of left.entries()) {
      for (const files of [each.afterKill(), each.afterPowerCut({ seed: index }), each.afterPowerCut('none')]) {
        const { lostTail, errors } = await found(files)
        expect({ index, lostTail, errors }).toEqual({ index, lostTail: undefined, errors: [] })
      }
    }
  })
})
