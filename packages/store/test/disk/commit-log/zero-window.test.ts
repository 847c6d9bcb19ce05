import { describe, expect, it } from '@jest/globals'
import { RecordMagic } from '@rocketmq-ts/remoting/wire'
import { ROOT, request, TestLog } from './fixture'

const FILE = 16384
const AHEAD = 4096
const notWritable = expect.objectContaining({ code: 'STORE_NOT_WRITABLE', retriable: true })

function pathOf(start: number): string {
  return `${ROOT}/commitlog/${String(start).padStart(20, '0')}`
}

describe('zeros ahead of the commit log', () => {
  it('take real space, the rest of a file takes none', async () => {
    const test = await TestLog.started()
    expect(test.files.stat(pathOf(0))).toMatchObject({ bytes: FILE, allocatedBytes: AHEAD })
    await test.writeAll([Buffer.alloc(2000)])
    const allocated = test.files.stat(pathOf(0))?.allocatedBytes ?? 0
    expect(allocated).toBeGreaterThanOrEqual(test.log.endOffset + AHEAD / 2)
    expect(allocated).toBeLessThan(FILE)
  })

  it('reach into the next file before this one ends, and no further', async () => {
    const test = await TestLog.started({ zeroAheadBytes: 10 * FILE })
    expect(test.log.files.map(({ start }) => start)).toEqual([0, FILE])
    expect(test.log.endOffset).toBe(0)
    expect(test.files.stat(pathOf(FILE))).toMatchObject({ bytes: FILE, allocatedBytes: FILE })
  })

  it('are under a name in the log only when the file is whole and durable', async () => {
    const test = await TestLog.started()
    const problems: string[] = []
    test.files.watch(() => {
      const left = test.files.afterPowerCut('none')
      for (const name of left.list(`${ROOT}/commitlog`)) {
        const facts = left.stat(`${ROOT}/commitlog/${name}`)
        if (facts?.bytes !== FILE || facts.allocatedBytes === 0) problems.push(`${name}: ${JSON.stringify(facts)}`)
      }
    })
    await test.writeAll(Array.from({ length: 80 }, () => Buffer.alloc(1000)))
    for (let i = 0; i < 40; i++) test.stage(Buffer.alloc(1000))
    test.log.write()
    await test.turn()
    expect(test.log.files.length).toBeGreaterThan(6)
    expect(problems).toEqual([])
  })

  it('are written in the same turn when many records come in one', async () => {
    const test = await TestLog.started()
    const offsets = Array.from({ length: 130 }, (_, i) => test.stage(`${i}`.repeat(100)))
    test.log.write()
    for (const [i, offset] of offsets.entries()) expect(await test.bodyAt(offset)).toBe(`${i}`.repeat(100))
    await test.turn()
    for (const [i, offset] of offsets.entries()) expect(await test.bodyAt(offset)).toBe(`${i}`.repeat(100))
  })

  it('begin and end at whole bytes, however long the bursts were that they are measured by', async () => {
    const test = await TestLog.started({ commitLogFileBytes: 1 << 22, zeroAheadBytes: 1 << 19, tailBytes: 1 << 22 })
    const bodies = Array.from({ length: 60 }, (_, i) => String.fromCharCode(65 + i).repeat(31_337))
    const offsets = await test.writeAll(bodies.slice(0, 8))
    // The log goes on while a piece is under way …
    test.files.hold(({ name }) => name === 'write')
    offsets.push(...(await test.writeAll(bodies.slice(8, 12))))
    test.files.release()
    await test.turn()
    offsets.push(...(await test.writeAll(bodies.slice(12, 30))))
    // … and then by more in one turn than there are zeros.
    for (const body of bodies.slice(30)) offsets.push(test.stage(body))
    test.log.write()
    offsets.push(...(await test.writeAll(bodies)))
    const again = new TestLog({}, test.files)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(bodies[i % bodies.length])
  })

  it('never come down on records: where they are still under way, the log goes on in another file', async () => {
    const test = await TestLog.started()
    test.files.hold(({ name }) => name === 'write')
    const offsets: number[] = []
    for (let i = 0; i < 30; i++) {
      offsets.push(test.stage(`${i}`.repeat(150)))
      test.log.write()
    }
    const left = offsets.findIndex((offset) => offset >= FILE)
    const blankAt = (offsets[left - 1] ?? 0) + test.log.measure(request(`${left - 1}`.repeat(150)))
    expect(blankAt).toBeLessThan(AHEAD)
    expect([test.bytes.readInt32BE(blankAt), test.bytes.readInt32BE(blankAt + 4)]).toEqual([FILE - blankAt, RecordMagic.BLANK])
    test.files.release()
    await test.turn()
    const again = new TestLog({}, test.files)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(`${i}`.repeat(150))
  })

  it('go on in the file that was left, when what was staged behind it is rolled back', async () => {
    const test = await TestLog.started()
    test.files.hold(({ name }) => name === 'write')
    await test.writeAll([Buffer.alloc(2500)])
    const { writtenOffset } = test.log
    while (test.log.endOffset < FILE) test.stage(Buffer.alloc(500))
    test.log.rollBack()
    expect(test.log.endOffset).toBe(writtenOffset)
    test.files.release()
    await test.turn()
    const offsets = await test.writeAll(Array.from({ length: 20 }, (_, i) => `${i}`.repeat(100)))
    expect(offsets[0]).toBe(writtenOffset)
    const again = new TestLog({}, test.files)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(`${i}`.repeat(100))
  })

  it('tell that the disk is full before a record is accepted, and go on when it is not full any more', async () => {
    const test = await TestLog.started()
    test.files.freeBytes = 3 * 4096
    const bodies: string[] = []
    const offsets: number[] = []
    const sendAll = async (): Promise<unknown> => {
      for (;;) {
        const body = `${bodies.length}`.repeat(100)
        try {
          offsets.push(test.stage(body))
        } catch (error) {
          return error
        }
        bodies.push(body)
        test.log.write()
        await test.turn()
        if (bodies.length > 200) return undefined
      }
    }
    expect(await sendAll()).toEqual(notWritable)
    expect(test.log.endOffset).toBe(test.log.writtenOffset)
    expect(() => test.stage('again')).toThrow(notWritable)
    expect(test.warnings.filter((text) => text.includes('zeros')).length).toBeLessThanOrEqual(1)
    const stored = bodies.length
    expect(stored).toBeGreaterThan(20)
    test.files.freeBytes = 1 << 20
    expect(await sendAll()).toBeUndefined()
    expect(bodies.length).toBeGreaterThan(stored)
    const again = new TestLog({}, test.files)
    for (const [i, offset] of offsets.entries()) expect(await again.bodyAt(offset)).toBe(bodies[i])
  })

  it('leave nothing of a file that could not be made', async () => {
    const test = new TestLog()
    test.files.freeBytes = 4096
    await test.log.startAppending(0)
    test.files.freeBytes = 0
    while (test.log.endOffset === 0) {
      test.files.freeBytes += 1
      try {
        test.stage(Buffer.alloc(100))
      } catch (error) {
        expect(error).toEqual(notWritable)
        expect(test.files.list(`${ROOT}/rocketmq-ts`)).toEqual([])
      }
      if (test.files.freeBytes > 4096 * 3) test.files.freeBytes = 1 << 20
      else test.files.freeBytes += 4095
    }
    expect(test.log.files).toHaveLength(1)
  })
})
