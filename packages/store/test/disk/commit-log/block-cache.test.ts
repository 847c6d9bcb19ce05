import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../../test/random-runs'
import { BlockCache } from '../../../src/disk/commit-log/block-cache'
import { FileError } from '../../../src/files/file-error'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'

const BLOCK = 4096
const START = 100 * BLOCK
const BYTES = 40 * BLOCK + 123

function made(maxBytes = 4 * BLOCK) {
  const files = new SimulatedStoreFiles()
  const content = Buffer.from(Uint8Array.from({ length: BYTES }, (_, i) => (i * 2_654_435_761) >>> 24))
  files.put('/log', content)
  const file = { path: '/log', start: START, end: START + BYTES }
  const cache = new BlockCache(files, maxBytes)
  const read = (at: number, size: number, limit = file.end) => cache.read({ file, physicalOffset: START + at, size, limit })
  const reads = () => files.operations.filter(({ name }) => name === 'read').length
  return { files, content, file, cache, read, reads }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve()
}

describe('blocks read from the log', () => {
  it('answer at once when they have been read', async () => {
    const { content, read, reads } = made()
    const later = read(10, 100)
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual(content.subarray(10, 110))
    expect(read(200, 50)).toEqual(content.subarray(200, 250))
    expect(reads()).toBe(1)
  })

  it('are read once, however many wait for them', async () => {
    const { content, read, reads } = made()
    const all = await Promise.all([read(0, 10), read(20, 10), read(30, 10)])
    expect(all).toEqual([0, 20, 30].map((at) => content.subarray(at, at + 10)))
    expect(reads()).toBe(1)
  })

  it('are there already for who reads on', async () => {
    const { content, read, reads } = made()
    for (let block = 0; block < 10; block++) {
      const answer = read(block * BLOCK, 100)
      expect([block, answer instanceof Promise]).toEqual([block, block < 2])
      expect(await answer).toEqual(content.subarray(block * BLOCK, block * BLOCK + 100))
      await settle()
    }
    expect(reads()).toBe(11)
  })

  it('are not read whole any more when they go before anyone asks for them again, until someone does', async () => {
    const { content, read, reads } = made()
    for (let block = 0; block < 16; block += 2) await read(block * BLOCK, 100)
    const before = reads()
    expect(await read(20 * BLOCK + 7, 100)).toEqual(content.subarray(20 * BLOCK + 7, 20 * BLOCK + 107))
    // Nothing was kept: the next one goes to the disk again, and then the block is here.
    expect(read(20 * BLOCK + 500, 100)).toBeInstanceOf(Promise)
    await settle()
    expect(read(20 * BLOCK + 900, 100)).toEqual(content.subarray(20 * BLOCK + 900, 20 * BLOCK + 1000))
    expect(reads()).toBe(before + 2)
    // Who reads on from there finds the next ones as ever.
    await read(21 * BLOCK, 100)
    await settle()
    expect(read(22 * BLOCK, 100)).toEqual(content.subarray(22 * BLOCK, 22 * BLOCK + 100))
  })

  it('are not read ahead for who jumps about', async () => {
    const { read, reads } = made()
    for (const block of [5, 20, 3, 30]) await read(block * BLOCK, 10)
    await settle()
    expect(reads()).toBe(4)
  })

  it('take no more memory than they may, those used last stay', async () => {
    const { cache, read, reads } = made(4 * BLOCK)
    for (const block of [0, 10, 20, 30]) await read(block * BLOCK, 10)
    await read(0, 10)
    await read(35 * BLOCK, 10)
    expect(cache.bytes).toBe(4 * BLOCK)
    const before = reads()
    await read(0, 10)
    expect(reads()).toBe(before)
    await read(10 * BLOCK, 10)
    expect(reads()).toBe(before + 1)
  })

  it('never change under those who hold a part of one', async () => {
    const { content, read } = made(4 * BLOCK)
    const held = await read(100, 500)
    for (let block = 1; block < 40; block++) await read(block * BLOCK, 10)
    expect(held).toEqual(content.subarray(100, 600))
  })

  it('hold nothing of what may still change', async () => {
    const { files, read } = made()
    expect(await read(0, 100, START + 1000)).toBeInstanceOf(Buffer)
    files.overwrite('/log', 1000, Buffer.alloc(100, 0xab))
    expect(await read(1000, 100)).toEqual(Buffer.alloc(100, 0xab))
    expect(await read(990, 10)).toHaveLength(10)
  })

  it('that cannot be read are asked for again', async () => {
    const { files, content, read } = made()
    const plan = files.failWhere(({ name }) => (name === 'read' ? 'EIO' : undefined))
    await expect(read(0, 10)).rejects.toThrow(FileError)
    plan.cancel()
    expect(await read(0, 10)).toEqual(content.subarray(0, 10))
  })

  it('that end before they should are a failure, not less', async () => {
    const { files, read } = made()
    files.cut('/log', 50)
    await expect(read(0, 100)).rejects.toThrow(FileError)
  })

  it('of a file that is removed are forgotten, and the file is closed', async () => {
    const { files, file, cache, read } = made()
    await read(0, 10)
    cache.forget(file)
    expect([cache.bytes, files.openPaths]).toEqual([0, []])
  })

  it('that come after the end of the cache are not kept', async () => {
    const { files, cache, read } = made()
    const late = read(0, 10)
    cache.close()
    await late
    expect([cache.bytes, files.openPaths]).toEqual([0, []])
  })

  it('are what is on the disk, whatever is asked for and in whatever order', async () => {
    const range = fc.tuple(fc.nat(BYTES - 1), fc.oneof(fc.nat(300), fc.nat(8 * BLOCK)))
    await fc.assert(
      fc.asyncProperty(fc.array(range, { maxLength: 30 }), fc.integer({ min: 1, max: 20 * BLOCK }), async (ranges, maxBytes) => {
        const { content, read } = made(maxBytes)
        const asked = ranges.map(([at, size]) => ({ at, end: Math.min(BYTES, at + size + 1) }))
        const answers = await Promise.all(asked.map(({ at, end }) => read(at, end - at)))
        for (const [i, { at, end }] of asked.entries()) expect(answers[i]?.equals(content.subarray(at, end))).toBe(true)
      }),
      runs(50)
    )
  })
})
