import { describe, expect, it } from '@jest/globals'
import { decodeRecord, RecordMagic, recordCrcState } from '@rocketmq-ts/remoting/wire'
import { HELD_VIEW_BYTES } from '../../../src/message-store'
import { ROOT, request, TestLog } from './fixture'

const BLANK_BYTES = 8

describe('the commit log', () => {
  it('puts records one after another, each readable where it was told to be', async () => {
    const test = await TestLog.started()
    const bodies = ['a', 'bb', 'ccc']
    const offsets = bodies.map((body) => test.stage(body))
    expect(test.log.writtenOffset).toBe(0)
    test.log.write()
    expect(test.log.writtenOffset).toBe(test.log.endOffset)
    for (const [i, offset] of offsets.entries()) expect(decodeRecord(test.bytes.subarray(offset)).body.toString()).toBe(bodies[i])
    expect(offsets[1]).toBe(test.log.measure(request('a')))
    expect(decodeRecord(test.bytes.subarray(offsets[2])).physicalOffset).toBe(offsets[2])
  })

  it('seals each record with a checksum, or not, as its option says', async () => {
    for (const [recordCrc, state] of [
      [true, 'valid'],
      [false, 'none']
    ] as const) {
      const test = await TestLog.started({ recordCrc })
      test.stage('sealed')
      test.log.write()
      expect(recordCrcState(test.bytes)).toBe(state)
    }
  })

  it('has nothing but whole files in its directory, named by their offset in 20 digits', async () => {
    const test = await TestLog.started()
    await test.writeAll(Array.from({ length: 60 }, () => Buffer.alloc(700)))
    const names = test.files.list(`${ROOT}/commitlog`)
    expect(names.length).toBeGreaterThan(3)
    expect(names).toEqual(names.map((_, i) => String(i * 16384).padStart(20, '0')))
    for (const name of names) expect(test.files.stat(`${ROOT}/commitlog/${name}`)?.bytes).toBe(16384)
  })

  it('never writes beyond the end of a file, also where a blank record fills it to its last byte and more is staged behind', async () => {
    const before = await TestLog.started()
    before.stage('before')
    before.log.write()
    const end = before.log.endOffset
    await before.log.close()
    // The memory of this one begins in the middle of the file, and has room for what comes behind its end.
    const test = new TestLog({}, before.files)
    await test.log.startAppending(end)
    const empty = test.log.measure(request(''))
    const left = 16384 - end - BLANK_BYTES
    const offsets = [test.stage(Buffer.alloc(left - 2 * empty)), test.stage(''), test.stage('behind'), test.stage('and more')]
    expect(offsets.slice(2)).toEqual([16384, 16384 + test.log.measure(request('behind'))])
    test.log.write()
    expect(test.log.files.map(({ path }) => test.files.stat(path)?.bytes)).toEqual([16384, 16384])
    expect([test.bytes.readInt32BE(16384 - 8), test.bytes.readInt32BE(16384 - 4)]).toEqual([8, RecordMagic.BLANK])
    for (const offset of offsets) expect(decodeRecord(test.bytes.subarray(offset)).physicalOffset).toBe(offset)
    await test.log.close()
    await expect(new TestLog({}, test.files).bodyAt(16384)).resolves.toBe('behind')
  })

  it('ends a file with a blank record where the next would not leave eight bytes', async () => {
    for (const [rest, rolls] of [
      [BLANK_BYTES, false],
      [BLANK_BYTES - 1, true]
    ] as const) {
      const test = await TestLog.started({ commitLogFileBytes: 1024 })
      const empty = test.log.measure(request(''))
      const first = test.stage(Buffer.alloc(1024 - empty - rest - empty))
      const second = test.stage('')
      test.log.write()
      const blankAt = rolls ? 1024 - rest - empty : 1024 - rest
      const third = rolls ? second : test.stage('x')
      test.log.write()
      expect([first, second, third]).toEqual([0, rolls ? 1024 : blankAt - empty, 1024])
      expect([test.bytes.readInt32BE(blankAt), test.bytes.readInt32BE(blankAt + 4)]).toEqual([1024 - blankAt, RecordMagic.BLANK])
      expect(decodeRecord(test.bytes.subarray(1024)).physicalOffset).toBe(1024)
    }
  })

  it('refuses a record that no file could hold', async () => {
    const test = await TestLog.started({ commitLogFileBytes: 1024 })
    expect(() => test.stage(Buffer.alloc(1024))).toThrow(expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }))
    expect(test.log.endOffset).toBe(0)
  })

  it('reads the same from memory and, opened again, from disk', async () => {
    const test = await TestLog.started()
    const bodies = Array.from({ length: 40 }, (_, i) => `${i}`.repeat(1 + ((i * 37) % 300)))
    const offsets = await test.writeAll(bodies)
    const end = test.log.endOffset
    for (const [i, offset] of offsets.entries()) expect(await test.bodyAt(offset)).toBe(bodies[i])
    await test.log.close()
    const again = new TestLog({}, test.files)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(bodies[i])
    await again.log.startAppending(end)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(bodies[i])
    expect(again.log.isRecordStart(offsets[0] as number)).toBeUndefined()
  })

  it('knows where records begin in its tail', async () => {
    const test = await TestLog.started()
    const [first = 0, second = 0] = await test.writeAll(['a', 'b'])
    expect([first, second, first + 1, test.log.endOffset].map((at) => test.log.isRecordStart(at))).toEqual([true, true, false, undefined])
  })

  it('reads nothing that was not written, or that is gone', async () => {
    const test = await TestLog.started()
    test.stage('staged')
    await expect(test.log.read(0, 10)).rejects.toThrow(RangeError)
    await test.writeAll(Array.from({ length: 120 }, () => Buffer.alloc(1000)))
    await test.log.sync()
    test.log.deleteBefore(test.log.endOffset)
    expect(test.log.minOffset).toBeGreaterThan(0)
    await expect(test.log.read(0, 10)).rejects.toThrow(expect.objectContaining({ reason: 'ENOENT' }))
  })

  it('removes whole files only, of what is durable, and never the one that is written', async () => {
    const test = await TestLog.started()
    await test.writeAll(Array.from({ length: 40 }, () => Buffer.alloc(1000)))
    test.log.deleteBefore(test.log.endOffset)
    expect(test.log.minOffset).toBe(0)
    await test.log.sync()
    test.log.deleteBefore(16384 + 5)
    expect(test.log.minOffset).toBe(16384)
    test.log.deleteBefore(Number.MAX_SAFE_INTEGER)
    const { minOffset, endOffset } = test.log
    expect(endOffset - minOffset).toBeLessThan(16384)
    expect(test.files.list(`${ROOT}/commitlog`)[0]).toBe(String(minOffset).padStart(20, '0'))
    const [at = 0] = await test.writeAll(['after'])
    expect(await test.bodyAt(at)).toBe('after')
  })

  it('keeps views of large records for as long as they are held, whatever is written later', async () => {
    const test = await TestLog.started({ commitLogFileBytes: 1 << 20, zeroAheadBytes: 1 << 19, tailBytes: 4 * HELD_VIEW_BYTES })
    const size = test.log.measure(request(Buffer.alloc(HELD_VIEW_BYTES, 7)))
    const at = test.stage(Buffer.alloc(HELD_VIEW_BYTES, 7))
    test.log.write()
    const view = test.log.view(at, size)
    const before = Buffer.from(view ?? '')
    for (let i = 0; i < 40; i++) {
      await test.writeAll([Buffer.alloc(HELD_VIEW_BYTES - 500, i)])
      test.clock.advance(1)
    }
    expect(test.log.view(at, size)).toBeUndefined()
    expect(view?.equals(before)).toBe(true)
  })

  it('syncs every file that was written, the one just left included', async () => {
    const test = await TestLog.started({ commitLogFileBytes: 4096 })
    await test.writeAll([Buffer.alloc(2000)])
    test.stage(Buffer.alloc(2000))
    test.stage(Buffer.alloc(2000))
    test.log.write()
    expect(await test.log.sync()).toBe(test.log.endOffset)
    expect(test.log.stats.syncs).toBe(3)
    await test.log.sync()
    expect(test.log.stats.syncs).toBe(3)
    const left = new TestLog({}, test.files.afterPowerCut('none'))
    expect(left.bytes.equals(test.bytes)).toBe(true)
  })
})
