import { describe, expect, it } from '@jest/globals'
import { decodeRecord, MessageSysFlag, recordSize, writeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { type Appended, type AppendRequest, DiskMessageStore, type DiskMessageStoreOptions, SimulatedStoreFiles } from '../../src'
import { SMALL_FILES } from './support/small-files'
import { requestOf } from './support/workload'

const QUEUE_FILE = '/store/consumequeue/T/0/00000000000000000000'
const ENTRY_BYTES = 20

/** A store that nothing is in memory of: filled, closed, changed on the disk by `damage`, and started again. */
async function reopened(
  requests: readonly Partial<AppendRequest>[],
  damage: (files: SimulatedStoreFiles, appended: readonly Appended[]) => void = () => {},
  options: Partial<DiskMessageStoreOptions> = {}
) {
  const files = new SimulatedStoreFiles()
  const clock = new ManualClock()
  const errors: object[] = []
  const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: (_: string, facts?: object) => void errors.push(facts ?? {}) }
  const all = { directory: '/store', files, clock, logger, ...SMALL_FILES, tailBytes: 1024, ...options }
  const writer = new DiskMessageStore(all)
  await writer.start()
  const appended: Appended[] = []
  for (const [index, change] of requests.entries()) {
    appended.push(writer.append({ ...requestOf(index, { topic: 'T', queueId: 0, body: Buffer.from('body') }), ...change }))
    writer.commit()
  }
  await writer.close()
  damage(files, appended)
  const store = new DiskMessageStore(all)
  await store.start()
  const read = (queueOffset: number, maxCount = 100) => store.read({ topic: 'T', queueId: 0, queueOffset, maxCount, maxBytes: 1024 * 1024 })
  /** Reads on until the queue ends. */
  const bodies = async (from: number) => {
    const found: string[] = []
    for (let result = await read(from); ; result = await read(result.nextBeginOffset)) {
      found.push(...result.records.map((record) => decodeRecord(record).body.toString()))
      if (result.nextBeginOffset >= result.maxOffset) return found
    }
  }
  return { store, files, appended, errors, read, bodies }
}

const ten = Array.from({ length: 10 }, () => ({}))
const hundred = Array.from({ length: 100 }, () => ({}))
const names = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => `${from + index} body`)

/** Turns over a bit of the record's body: it stands at its end, before topic, properties and checksum. */
function spoilBody(files: SimulatedStoreFiles, { physicalOffset, size }: Appended): void {
  const file = Math.floor(physicalOffset / SMALL_FILES.commitLogFileBytes) * SMALL_FILES.commitLogFileBytes
  const path = `/store/commitlog/${String(file).padStart(20, '0')}`
  const bytes = files.bytesOf(path, physicalOffset - file, physicalOffset - file + size)
  files.flip(path, physicalOffset - file + bytes.indexOf('body'), 0)
}

describe('what is read from the disk alone', () => {
  it('is every record, in order, over several files', async () => {
    const { store, read, bodies } = await reopened(hundred)
    expect(await bodies(0)).toEqual(names(0, 100))
    expect(await bodies(97)).toEqual(names(97, 100))
    expect(await read(10, 5)).toMatchObject({ status: 'FOUND', nextBeginOffset: 15, minOffset: 0, maxOffset: 100 })
    await store.close()
  })

  it('may be kept', async () => {
    const { store, read } = await reopened(hundred)
    const { records } = await read(0, 3)
    const copies = records.map((record) => Buffer.from(record))
    for (let offset = 0; offset < 100; offset++) await read(offset, 1)
    await store.close()
    expect(records).toEqual(copies)
  })

  it('is found by its commit log offset, with a place in a queue or without', async () => {
    const { store, appended } = await reopened([{}, { sysFlag: MessageSysFlag.TRANSACTION_PREPARED }, {}, {}])
    for (const { physicalOffset } of appended) expect((await store.recordAt(physicalOffset))?.physicalOffset).toBe(physicalOffset)
    await store.close()
  })

  it('is not a record that a sender put into a body, with the right offset and a right checksum in it', async () => {
    const plain = requestOf(0, { topic: 'T', queueId: 0, body: Buffer.alloc(0) })
    // Behind the body come a topic's length, a topic and the length of properties.
    const bodyAt = recordSize({ ...plain, body: Buffer.alloc(0), properties: Buffer.alloc(0), topic: '' }) - 3
    const forged = Buffer.alloc(recordSize(plain))
    writeRecord(forged, 0, plain, { physicalOffset: bodyAt, queueOffset: 0, storeTimestamp: 1 })
    const { store, files } = await reopened([{ body: forged }, {}])
    const inner = files.bytesOf('/store/commitlog/00000000000000000000').indexOf(forged)
    expect(inner).toBe(bodyAt)
    expect(await store.recordAt(inner)).toBeUndefined()
    expect((await store.recordAt(0))?.body).toEqual(forged)
    await store.close()
  })

  it('has its store time', async () => {
    const { store, appended } = await reopened(ten)
    expect(await store.storeTimeAt('T', 0, 4)).toBe(appended[4]?.storeTimestamp)
    await store.close()
  })
})

describe('a record that is damaged on the disk', () => {
  it('is left out and reported once, with its place; what is around it is served', async () => {
    const { store, bodies, errors } = await reopened(ten, (files, appended) => spoilBody(files, appended[4] as Appended))
    expect(await bodies(0)).toEqual([...names(0, 4), ...names(5, 10)])
    expect(await bodies(3)).toEqual(['3 body', ...names(5, 10)])
    expect(errors).toMatchObject([{ topic: 'T', queueId: 0, queueOffset: 4 }])
    await store.close()
  })

  it('alone in a read gives nothing and leads on behind it', async () => {
    const { store, read } = await reopened(ten, (files, appended) => spoilBody(files, appended[4] as Appended))
    expect(await read(4, 1)).toMatchObject({ status: 'NO_MATCHED_MESSAGE', records: [], nextBeginOffset: 5 })
    await store.close()
  })

  it('is not found by its offset', async () => {
    const { store, appended } = await reopened(ten, (files, all) => spoilBody(files, all[4] as Appended))
    expect(await store.recordAt(appended[4]?.physicalOffset ?? -1)).toBeUndefined()
    await store.close()
  })
})

describe('a queue entry that is damaged on the disk', () => {
  it.each([
    ['physical offset, in a high byte', 2],
    ['physical offset, in a low byte', 7],
    ['sign of the physical offset', 0],
    ['size, in a high byte', 8],
    ['size, in a low byte', 11]
  ])('in its %s costs no message: the log tells where it is', async (_, byte) => {
    const { store, bodies } = await reopened(ten, (files) => files.flip(QUEUE_FILE, 4 * ENTRY_BYTES + byte, byte === 0 ? 7 : 1))
    expect(await bodies(0)).toEqual(names(0, 10))
    expect(await bodies(4)).toEqual(names(4, 10))
    await store.close()
  })

  it('that is that of another message costs neither of them', async () => {
    const { store, bodies } = await reopened(ten, (files) => {
      files.overwrite(QUEUE_FILE, 4 * ENTRY_BYTES, files.bytesOf(QUEUE_FILE, 7 * ENTRY_BYTES, 8 * ENTRY_BYTES))
    })
    expect(await bodies(0)).toEqual(names(0, 10))
    await store.close()
  })
})

it('a disk that cannot be read says so, and the store goes on', async () => {
  const { store, files, read, bodies } = await reopened(ten)
  const failure = files.failWhere(({ name, path }) => (name === 'read' && path.includes('/commitlog/') ? 'EIO' : undefined))
  await expect(async () => read(0)).rejects.toMatchObject({ code: 'FILE_FAILED', reason: 'EIO' })
  failure.cancel()
  expect(await bodies(0)).toEqual(names(0, 10))
  await store.close()
})
