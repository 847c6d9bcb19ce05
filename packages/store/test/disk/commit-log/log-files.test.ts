import { describe, expect, it } from '@jest/globals'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { ROOT, TestLog } from './fixture'

const FILE = 16384
const LOG = `${ROOT}/commitlog`

function nameOf(start: number): string {
  return String(start).padStart(20, '0')
}

function disk(files: Readonly<Record<string, number>>): SimulatedStoreFiles {
  const made = new SimulatedStoreFiles()
  for (const [name, bytes] of Object.entries(files)) made.put(`${LOG}/${name}`, Buffer.alloc(bytes, 1))
  return made
}

const damaged = (text: string) => expect.objectContaining({ code: 'STORE_DAMAGED', message: expect.stringContaining(text) })

describe('the files of a commit log', () => {
  it('are listed in order, with the length that they have, and nothing is written', () => {
    const files = disk({ [nameOf(2 * 4096)]: 4096, [nameOf(3 * 4096)]: 4096, [nameOf(4 * 4096)]: 4096 })
    const { log } = new TestLog({}, files)
    expect(log.files).toEqual([2, 3, 4].map((i) => ({ path: `${LOG}/${nameOf(i * 4096)}`, start: i * 4096, end: (i + 1) * 4096 })))
    expect([log.fileBytes, log.minOffset, log.endOffset]).toEqual([4096, 2 * 4096, 0])
    expect(new Set(files.operations.map(({ name }) => name))).toEqual(new Set(['list', 'stat']))
  })

  it('are as long as the option says when there are none', () => {
    const { log } = new TestLog()
    expect([log.files, log.fileBytes, log.minOffset]).toEqual([[], FILE, 0])
  })

  it('are no longer than a blank record can tell', () => {
    expect(() => new TestLog({ commitLogFileBytes: 2 ** 31 })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }))
  })

  it('may stand beside others, which are left alone', async () => {
    const names = ['notes.txt', nameOf(0).slice(1), `${nameOf(0)}.bak`, '.lock']
    const files = disk(Object.fromEntries([...names, nameOf(0)].map((name) => [name, name === nameOf(0) ? FILE : 5])))
    files.makeDirectory(`${LOG}/${nameOf(FILE)}`)
    const test = new TestLog({}, files)
    expect(test.log.files).toHaveLength(1)
    await test.log.startAppending(100)
    await test.writeAll(['x'])
    for (const name of names) expect(files.bytesOf(`${LOG}/${name}`)).toEqual(Buffer.alloc(5, 1))
  })

  it.each([
    ['one is missing', [0, 2].map((i) => [i * FILE, FILE]), nameOf(FILE)],
    [
      'one before the last is short',
      [
        [0, FILE],
        [FILE, FILE - 1],
        [2 * FILE, FILE]
      ],
      nameOf(FILE)
    ],
    [
      'one before the last is empty',
      [
        [0, FILE],
        [FILE, 0],
        [2 * FILE, FILE]
      ],
      nameOf(FILE)
    ],
    [
      'the last is longer than the others',
      [
        [0, FILE],
        [FILE, FILE + 1]
      ],
      nameOf(FILE)
    ],
    [
      'one is named by no multiple of their length',
      [
        [FILE + 1, FILE],
        [2 * FILE + 1, FILE]
      ],
      nameOf(FILE + 1)
    ],
    ['one is named by more than a number holds', [[Number.MAX_SAFE_INTEGER, FILE]], nameOf(Number.MAX_SAFE_INTEGER)]
  ])('cannot be opened when %s, and the error names it', (_, files, named) => {
    const made = disk(Object.fromEntries(files.map(([start = 0, bytes = 0]) => [nameOf(start), bytes])))
    expect(() => new TestLog({}, made)).toThrow(damaged(named))
  })

  it.each([
    ['short', 500],
    ['empty', 0]
  ])('may end with one that is %s: it is told, and lengthened when appending starts', async (_, bytes) => {
    const files = disk({ [nameOf(FILE)]: FILE, [nameOf(2 * FILE)]: bytes })
    const test = new TestLog({}, files)
    expect(test.warnings).toHaveLength(1)
    expect(test.log.files[1]).toMatchObject({ start: 2 * FILE, end: 2 * FILE + bytes })
    await test.log.startAppending(2 * FILE + bytes)
    expect(test.log.files[1]).toMatchObject({ start: 2 * FILE, end: 3 * FILE })
    expect(files.stat(`${LOG}/${nameOf(2 * FILE)}`)?.bytes).toBe(FILE)
    expect(await test.writeAll(['x'])).toEqual([2 * FILE + bytes])
  })

  it('may be a single one that is empty, or short where its name tells', async () => {
    for (const [start, bytes, fileBytes] of [
      [0, 0, FILE],
      [3 * FILE, 0, FILE],
      [FILE, 500, FILE],
      [3 * 2048, 2048, 2048]
    ] as const) {
      const test = new TestLog({}, disk({ [nameOf(start)]: bytes }))
      expect([start, test.log.fileBytes]).toEqual([start, fileBytes])
      await test.log.startAppending(start + bytes)
      expect(await test.writeAll(['x'])).toEqual([start + bytes])
    }
  })
})

describe('starting to append', () => {
  it('leaves nothing but zeros behind the end, and no later files', async () => {
    const files = disk({ [nameOf(0)]: FILE, [nameOf(FILE)]: FILE, [nameOf(2 * FILE)]: FILE, [nameOf(3 * FILE)]: FILE })
    const test = new TestLog({}, files)
    await test.log.startAppending(FILE + 100)
    expect(files.list(LOG)).toEqual([nameOf(0), nameOf(FILE)])
    expect(files.bytesOf(`${LOG}/${nameOf(0)}`)).toEqual(Buffer.alloc(FILE, 1))
    expect(files.bytesOf(`${LOG}/${nameOf(FILE)}`)).toEqual(Buffer.concat([Buffer.alloc(100, 1), Buffer.alloc(FILE - 100)]))
    const left = files.afterPowerCut('none')
    expect(left.list(LOG)).toEqual([nameOf(0), nameOf(FILE)])
    expect(left.bytesOf(`${LOG}/${nameOf(FILE)}`, 100).every((byte) => byte === 0)).toBe(true)
  })

  it('never shortens a file, not even for a moment', async () => {
    const files = disk({ [nameOf(0)]: FILE, [nameOf(FILE)]: FILE, [nameOf(2 * FILE)]: FILE })
    const lengths = new Set<number | undefined>()
    files.watch(() => {
      const left = files.afterKill()
      for (const name of left.list(LOG)) lengths.add(left.stat(`${LOG}/${name}`)?.bytes)
    })
    await new TestLog({}, files).log.startAppending(FILE + 100)
    expect([...lengths]).toEqual([FILE])
  })

  it('takes no space for what is zeros already', async () => {
    const files = disk({ [nameOf(0)]: FILE })
    const sparse = files.open(`${LOG}/${nameOf(FILE)}`, 'create')
    sparse.truncate(FILE)
    sparse.close()
    await new TestLog({ zeroAheadBytes: 1 }, files).log.startAppending(FILE)
    expect(files.stat(`${LOG}/${nameOf(FILE)}`)?.allocatedBytes).toBeLessThan(FILE)
  })

  it('looks no further than it is told', async () => {
    const files = disk({ [nameOf(0)]: FILE })
    await new TestLog({ zeroAheadBytes: 1 }, files).log.startAppending(100, 200)
    expect(files.bytesOf(`${LOG}/${nameOf(0)}`, 100, 200).every((byte) => byte === 0)).toBe(true)
    expect(files.bytesOf(`${LOG}/${nameOf(0)}`, FILE - 1)).toEqual(Buffer.from([1]))
  })

  it('goes on at the beginning and at the end of a file', async () => {
    for (const end of [FILE, 2 * FILE]) {
      const test = new TestLog({}, disk({ [nameOf(0)]: FILE, [nameOf(FILE)]: FILE }))
      await test.log.startAppending(end)
      expect(await test.writeAll(['x'])).toEqual([end])
      expect(await test.bodyAt(end)).toBe('x')
      expect(test.bytes.subarray(0, end).every((byte) => byte === 1)).toBe(true)
    }
  })

  it('is refused where no file reaches', async () => {
    for (const end of [FILE - 1, 2 * FILE + 1, -1]) {
      const test = new TestLog({}, disk({ [nameOf(FILE)]: FILE }))
      await expect(test.log.startAppending(end)).rejects.toThrow(RangeError)
    }
    await expect(new TestLog().log.startAppending(5)).rejects.toThrow(RangeError)
  })

  it('can be opened again after a power cut before any of its operations', async () => {
    const files = disk({ [nameOf(0)]: FILE, [nameOf(FILE)]: FILE, [nameOf(2 * FILE)]: FILE })
    const cuts: SimulatedStoreFiles[] = []
    const test = new TestLog({}, files)
    let seed = 0
    files.watch(() => cuts.push(files.afterPowerCut({ seed: seed++ })))
    await test.log.startAppending(FILE + 100)
    for (const left of cuts) {
      const again = new TestLog({}, left)
      await again.log.startAppending(FILE + 100)
      expect(left.list(LOG)).toEqual([nameOf(0), nameOf(FILE)])
      expect(left.bytesOf(`${LOG}/${nameOf(FILE)}`, 0, 100)).toEqual(Buffer.alloc(100, 1))
    }
    expect(cuts.length).toBeGreaterThan(10)
  })

  it('makes durable what a killed process has written', async () => {
    const test = await TestLog.started()
    await test.writeAll(Array.from({ length: 20 }, () => Buffer.alloc(1000, 7)))
    const { writtenOffset } = test.log
    expect(test.log.flushedOffset).toBe(0)
    const killed = new TestLog({}, test.files.afterKill())
    await killed.log.startAppending(writtenOffset)
    expect(killed.log.flushedOffset).toBe(writtenOffset)
    const left = new TestLog({}, killed.files.afterPowerCut('none'))
    expect(left.bytes.subarray(0, writtenOffset).equals(test.bytes.subarray(0, writtenOffset))).toBe(true)
  })

  it('is needed before a record is staged, and over when the log is closed', async () => {
    const notOpen = expect.objectContaining({ code: 'STORE_NOT_WRITABLE' })
    expect(() => new TestLog().stage('x')).toThrow(notOpen)
    const test = await TestLog.started()
    await test.log.close()
    expect(() => test.stage('x')).toThrow(notOpen)
    test.log.rollBack()
    expect(() => test.stage('x')).toThrow(notOpen)
    expect(test.files.openPaths).toEqual([])
  })

  it('does not let what is staged when the log is closed pass for written', async () => {
    const test = await TestLog.started()
    test.stage('x')
    await test.log.close()
    expect(() => test.log.write()).toThrow(expect.objectContaining({ code: 'STORE_CLOSED' }))
    test.log.rollBack()
    expect(() => test.stage('x')).toThrow(expect.objectContaining({ code: 'STORE_NOT_WRITABLE' }))
    expect(test.log.writtenOffset).toBe(0)
  })
})
