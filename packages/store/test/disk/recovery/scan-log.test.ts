import { describe, expect, test } from '@jest/globals'
import { checkStoredRecord } from '../../../src/disk/recovery/check-stored-record'
import type { DamagedRange } from '../../../src/disk/recovery/damage'
import { type LogScan, scanLog } from '../../../src/disk/recovery/scan-log'
import { recordBytes, SampleLog } from './sample-log'

async function scan(log: SampleLog, more: Partial<LogScan> = {}) {
  const damages: DamagedRange[] = []
  const found: number[] = []
  const files = log.write()
  const result = await scanLog({
    options: { files },
    files: log.files(),
    from: 0,
    onRecord: (bytes, at, size, physicalOffset) => {
      expect(checkStoredRecord(bytes, at, at + size, physicalOffset)).toEqual({ size })
      found.push(physicalOffset)
    },
    onDamage: (range) => damages.push(range),
    ...more
  })
  expect(files.openPaths).toEqual([])
  return { ...result, found, damages }
}

function filled(count: number, options?: ConstructorParameters<typeof SampleLog>[0]): SampleLog {
  const log = new SampleLog(options)
  for (let i = 0; i < count; i++) log.add({ queueOffset: i, body: Buffer.alloc(i % 300, 65 + (i % 26)) })
  return log
}

describe('a scan of an undamaged log', () => {
  test('finds every record once, over the ends of files', async () => {
    const log = filled(300, { fileBytes: 16 * 1024, files: 10 })
    const { found, end, tornBytes, damages, records } = await scan(log)
    expect(found).toEqual(log.starts)
    expect({ end, tornBytes, damages, records }).toEqual({ end: log.end, tornBytes: 0, damages: [], records: 300 })
  })

  test('begins at the record it is told', async () => {
    const log = filled(200, { fileBytes: 16 * 1024, files: 10 })
    const from = log.starts[150] as number
    expect((await scan(log, { from })).found).toEqual(log.starts.slice(150))
  })

  test('takes records longer than what it reads at a time', async () => {
    const log = new SampleLog({ fileBytes: 16 * 1024 * 1024, files: 2 })
    for (const size of [3, 7, 1, 4]) log.add({ body: Buffer.alloc(size * 1024 * 1024, size) })
    log.add()
    const { found, end } = await scan(log)
    expect(found).toEqual(log.starts)
    expect(end).toBe(log.end)
  })

  test('takes records with IPv6 hosts, and with topics that need the second magic', async () => {
    const log = new SampleLog()
    log.add({ host: '::1' })
    log.add({ topic: 't'.repeat(200) })
    log.add({ topic: 'u'.repeat(200), host: '2001:db8::1' }, false)
    log.add()
    expect((await scan(log)).found).toEqual(log.starts)
  })

  test('counts the records without a checksum over all of them', async () => {
    const log = new SampleLog()
    log.add()
    log.add({}, false)
    log.add({}, false)
    expect((await scan(log)).recordsWithoutCrc).toBe(2)
  })

  test('ends behind a last file that is full', async () => {
    const log = filled(10)
    log.blank()
    expect((await scan(log)).end).toBe(log.fileBytes)
  })

  test('of no record at all ends where it began', async () => {
    expect(await scan(new SampleLog())).toMatchObject({ end: 0, records: 0, tornBytes: 0 })
  })

  test('is stopped by its signal', async () => {
    const stop = new AbortController()
    stop.abort(new Error('enough'))
    await expect(scan(filled(10), { signal: stop.signal })).rejects.toThrow('enough')
  })
})

describe('a torn end', () => {
  test('is behind the last whole record, wherever it was torn', async () => {
    const log = filled(20)
    const last = log.starts[19] as number
    for (let cut = last; cut < log.end; cut++) {
      const torn = filled(20)
      torn.bytes.fill(0, cut)
      const { found, end, damages, tornBytes } = await scan(torn)
      expect({ found, end, damages }).toEqual({ found: log.starts.slice(0, 19), end: last, damages: [] })
      expect(tornBytes).toBeGreaterThanOrEqual(0)
    }
  })

  test('of old bytes that are no record does not count as damage', async () => {
    const log = filled(20)
    log.bytes.fill(0xee, log.end, log.end + 5000)
    expect(await scan(log)).toMatchObject({ end: log.end, damages: [], tornBytes: 5000 })
  })

  test('is not taken for records when it is a record of another place', async () => {
    const log = filled(20)
    recordBytes({}, 12345).copy(log.bytes, log.end)
    expect(await scan(log)).toMatchObject({ end: log.end, records: 20 })
  })
})

describe('damage in the middle', () => {
  test('of any single byte costs that record alone', async () => {
    const clean = filled(12)
    const [from, to] = [clean.starts[5] as number, clean.starts[6] as number]
    for (let at = from; at < to; at++) {
      const log = filled(12)
      log.bytes[at] = (log.bytes[at] as number) ^ 0x10
      const { found, damages, end } = await scan(log, { crcRule: () => 'demanded' })
      expect({ at, found, end }).toEqual({ at, found: clean.starts.filter((start) => start !== from), end: clean.end })
      expect(damages).toMatchObject([{ from, to }])
    }
  })

  test('tells whose record it was', async () => {
    const log = filled(12)
    const from = log.starts[8] as number
    log.bytes[from + 90] = 0xff
    expect((await scan(log)).damages).toEqual([{ from, to: log.starts[9], topic: 'orders', queueId: 0, queueOffset: 8 }])
  })

  test('over several records and the end of a file is left at the next valid record', async () => {
    const log = filled(300, { fileBytes: 16 * 1024, files: 10 })
    const [from, to] = [log.starts[40] as number, log.starts[160] as number]
    log.bytes.fill(0xda, from + 3, to - 3)
    const { found, damages } = await scan(log)
    expect(found).toEqual(log.starts.filter((start) => start < from || start >= to))
    expect(damages[0]?.from).toBe(from)
    expect(damages[damages.length - 1]?.to).toBe(to)
  })

  test('that left zeros does not end the log', async () => {
    const log = filled(100)
    log.bytes.fill(0, log.starts[20], log.starts[60])
    const { found, end, damages } = await scan(log)
    expect(found).toHaveLength(60)
    expect(end).toBe(log.end)
    expect(damages).toEqual([{ from: log.starts[20], to: log.starts[60] }])
  })

  test('of a size that claims half the file is found out without it', async () => {
    const log = filled(50)
    log.bytes.writeInt32BE(log.fileBytes / 2, log.starts[10])
    expect((await scan(log)).found).toHaveLength(49)
  })
})

describe('a damaged length', () => {
  test('that leads to the last bytes of the file, where no record can end, does not cost the records between', async () => {
    for (let left = 0; left <= 16; left++) {
      const log = filled(50)
      const from = log.starts[10] as number
      log.bytes.writeInt32BE(log.fileBytes - from - left, from)
      const { found, damages } = await scan(log)
      expect({ left, found }).toEqual({ left, found: log.starts.filter((start) => start !== from) })
      expect(damages).toMatchObject([{ from, to: log.starts[11] }])
    }
  })
})

describe('records that a sender has put into a body', () => {
  /** A record at `outer` whose body is full of records that say they are where they are. */
  function poisoned(log: SampleLog, crc: boolean): { outer: number; inner: number[] } {
    const outer = log.end
    const inner: number[] = []
    const body = Buffer.alloc(2000)
    const bodyAt = outer + 88
    for (let at = 10; at < 1500; ) {
      const forged = recordBytes({ topic: 'victim', queueOffset: 3, body: Buffer.from('forged') }, bodyAt + at)
      forged.copy(body, at)
      inner.push(bodyAt + at)
      at += forged.length
    }
    log.add({ body }, crc)
    expect(checkStoredRecord(log.bytes, inner[0] as number, log.end, inner[0] as number)).toHaveProperty('size')
    return { outer, inner }
  }

  test('are not seen while the record around them is valid', async () => {
    const log = filled(5)
    poisoned(log, true)
    log.add()
    expect((await scan(log)).found).toEqual(log.starts)
  })

  test.each([true, false])('are not taken for records when any byte of the head around them is damaged (checksum: %s)', async (crc) => {
    const clean = filled(5)
    const { outer } = poisoned(clean, crc)
    clean.add()
    for (let at = outer; at < outer + 88; at++) {
      for (const flip of [0x01, 0x80]) {
        const log = filled(5)
        poisoned(log, crc)
        log.add()
        log.bytes[at] = (log.bytes[at] as number) ^ flip
        const { found } = await scan(log)
        expect({ at, found: found.filter((offset) => offset !== outer) }).toEqual({
          at,
          found: clean.starts.filter((start) => start !== outer)
        })
      }
    }
  })

  test('are not taken for records when the record around them is the last', async () => {
    const log = filled(5)
    const { outer } = poisoned(log, true)
    log.bytes[outer + 88] = 0x55
    expect(await scan(log)).toMatchObject({ end: outer, records: 5 })
  })

  test('are judged by whoever knows when nothing else tells', async () => {
    const log = filled(5)
    const { outer, inner } = poisoned(log, true)
    const next = log.add()
    log.bytes.fill(0xff, outer, outer + 80)
    const asked: number[] = []
    const isGenuine = (_bytes: Buffer, _at: number, _size: number, offset: number) => {
      asked.push(offset)
      return offset === next
    }
    expect((await scan(log, { isGenuine })).found).toEqual([...log.starts.slice(0, 5), next])
    expect(asked).toEqual([...inner, next])
  })
})
