import { beforeEach, describe, expect, test } from '@jest/globals'
import { encodeProperties, javaStringHashCode } from '@rocketmq-ts/remoting/wire'
import { StoreState } from '../../../src/disk/recovery/store-state'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { writeFully } from '../../../src/files/write-fully'
import { diskOptions, recoverStore } from './recovered-store'
import { SampleLog } from './sample-log'

/** Records of two topics in turn, `orders/0` and `bills/3`. */
function filled(count: number, log = new SampleLog({ fileBytes: 16 * 1024, files: 20 }), crc = true): SampleLog {
  for (let i = 0; i < count; i++) {
    const topic = i % 2 === 0 ? { topic: 'orders', queueId: 0 } : { topic: 'bills', queueId: 3 }
    const properties = encodeProperties([
      ['KEYS', `key-${i}`],
      ['TAGS', `tag-${i % 3}`]
    ])
    log.add({ ...topic, queueOffset: i >> 1, properties, body: Buffer.alloc(i % 200, 66), storeTimestamp: 1_700_000_000_000 + i }, crc)
  }
  return log
}

const even = (starts: readonly number[]) => starts.filter((_, index) => index % 2 === 0)
const odd = (starts: readonly number[]) => starts.filter((_, index) => index % 2 === 1)

function whole(log: SampleLog) {
  return { 'orders/0': { min: 0, offsets: even(log.starts) }, 'bills/3': { min: 0, offsets: odd(log.starts) } }
}

/** Writes over bytes of the log on the disk. */
function overwrite(files: SimulatedStoreFiles, log: SampleLog, offset: number, bytes: Buffer): void {
  const file = log.files().find(({ start, end }) => start <= offset && offset < end)
  const open = files.open(file?.path ?? '', 'write')
  writeFully(open, bytes, offset - (file?.start ?? 0))
  open.close()
}

/** Writes what was added to the log in memory since, as another process would. */
function writeOn(files: SimulatedStoreFiles, log: SampleLog): void {
  log.write(files)
}

function removeAll(files: SimulatedStoreFiles, directory: string): void {
  for (const path of files.paths) if (path.startsWith(`${directory}/`) && files.stat(path)?.kind === 'file') files.remove(path)
  for (const path of [...files.paths].reverse()) if (path.startsWith(`${directory}/`)) files.remove(path)
}

describe('a store without queues and index', () => {
  test('gets them from the log', async () => {
    const log = filled(300)
    const store = await recoverStore(diskOptions(log.write(), log))
    expect(store.report).toMatchObject({
      isClean: false,
      from: 0,
      end: log.end,
      records: 300,
      tornBytes: 0,
      damages: [],
      rebuiltQueues: 2,
      isIndexRebuilt: true
    })
    expect(await store.entries()).toEqual(whole(log))
    expect(store.index.endPhysicalOffset).toBe(log.starts[299])
    expect(store.log.endOffset).toBe(log.end)
  })

  test('gets the entries that official brokers write: the hash of the tag, and for a delayed message its time', async () => {
    const log = new SampleLog()
    log.add({ properties: encodeProperties([['TAGS', 'paid']]) })
    log.add({
      queueOffset: 1,
      properties: encodeProperties([
        ['A', 'b'],
        ['TAGS', 'größer'],
        ['C', 'd']
      ])
    })
    log.add({ queueOffset: 2, properties: Buffer.from('TAGS\u0001paid') }, false)
    log.add({ queueOffset: 3, properties: Buffer.from('XTAGS\u0001paid\u0002TAGS\u0001\u0002') })
    const properties = encodeProperties([
      ['TAGS', 'paid'],
      ['DELAY', '3']
    ])
    log.add({ topic: 'SCHEDULE_TOPIC_XXXX', queueId: 2, properties, storeTimestamp: 1000 })
    log.add({ topic: 'SCHEDULE_TOPIC_XXXX', queueId: 17, properties: encodeProperties([['DELAY', '99']]), storeTimestamp: 1000 })
    const { queues } = await recoverStore(diskOptions(log.write(), log))
    const codes = async (topic: string, queueId: number) => {
      const entries = await queues.obtain(topic, queueId).entries(0, 10)
      return Array.from({ length: entries.count }, (_, index) => entries.tagsCode(index))
    }
    expect(await codes('orders', 0)).toEqual([javaStringHashCode('paid'), javaStringHashCode('größer'), javaStringHashCode('paid'), 0])
    expect(await codes('SCHEDULE_TOPIC_XXXX', 2)).toEqual([11_000])
    expect(await codes('SCHEDULE_TOPIC_XXXX', 17)).toEqual([1000 + 2 * 3_600_000])
  })

  test('gives prepared and rolled-back transaction messages no place', async () => {
    const log = new SampleLog()
    for (const sysFlag of [4, 12, 8]) log.add({ sysFlag })
    const store = await recoverStore(diskOptions(log.write(), log))
    expect(await store.entries()).toEqual({ 'orders/0': { min: 0, offsets: [log.starts[2]] } })
  })

  test('begins its queues where the oldest file of the log does', async () => {
    const log = filled(300)
    const files = log.write()
    files.remove(log.files()[0]?.path ?? '')
    const store = await recoverStore(diskOptions(files, log))
    const left = log.starts.filter((start) => start >= log.fileBytes)
    const first = 300 - left.length
    const isEvenFirst = first % 2 === 0
    expect(await store.entries()).toEqual({
      'orders/0': { min: (first + 1) >> 1, offsets: isEvenFirst ? even(left) : odd(left) },
      'bills/3': { min: first >> 1, offsets: isEvenFirst ? odd(left) : even(left) }
    })
  })

  test('is empty when the log is', async () => {
    const log = new SampleLog()
    const { files } = diskOptions(log.write(), log)
    const store = await recoverStore(diskOptions(files as SimulatedStoreFiles, log))
    expect(store.report).toMatchObject({ end: 0, records: 0 })
    expect(await store.entries()).toEqual({})
  })
})

describe('a store that was left in order', () => {
  let log: SampleLog
  let files: SimulatedStoreFiles

  beforeEach(async () => {
    log = filled(300)
    files = log.write()
    await (await recoverStore(diskOptions(files, log))).leave()
  })

  test('is opened without reading its log', async () => {
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: true, end: log.end, scannedBytes: 0 })
    expect(await store.entries()).toEqual(whole(log))
    await store.leave()
    expect((await recoverStore(diskOptions(files, log))).report.isClean).toBe(true)
  })

  test('is read from its end on when another broker wrote since', async () => {
    const before = log.end
    for (let i = 150; i < 170; i++) log.add({ queueOffset: i })
    writeOn(files, log)
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: false, end: log.end })
    expect(store.report.from).toBeGreaterThanOrEqual(log.starts[298] as number)
    expect((await store.entries())['orders/0']?.offsets).toEqual([
      ...whole(log)['orders/0'].offsets.filter((o) => o < before),
      ...log.starts.slice(300)
    ])
  })

  test('takes records without a checksum behind its own', async () => {
    log.add({ queueOffset: 150 }, false)
    writeOn(files, log)
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ recordsWithoutCrc: 1, damages: [] })
    expect(store.report.unprotectedFields).toContain('storeTimestamp')
  })

  test('is rebuilt when queues are missing', async () => {
    removeAll(files, '/store/consumequeue/bills')
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: false, from: 0, rebuiltQueues: 1, lostEntries: 0 })
    expect(await store.entries()).toEqual(whole(log))
  })

  test('is rebuilt when the index is missing', async () => {
    removeAll(files, '/store/index')
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: false, rebuiltQueues: 0, isIndexRebuilt: true })
    expect(store.index.endPhysicalOffset).toBe(log.starts[299])
  })

  test('is read when it was used and not closed since', async () => {
    await (await recoverStore(diskOptions(files, log))).drop()
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: false, end: log.end })
    expect(store.report.from).toBeGreaterThanOrEqual(log.starts[298] as number)
    expect(await store.entries()).toEqual(whole(log))
  })

  test('is read when its abort file says that somebody did not stop in order', async () => {
    files.open('/store/abort', 'create').close()
    expect((await recoverStore(diskOptions(files, log))).report.isClean).toBe(false)
  })

  test('survives a state that cannot be read', async () => {
    const state = files.open('/store/rocketmq-ts/state.json', 'write')
    writeFully(state, Buffer.from('{"version":2,'), 0)
    state.close()
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ isClean: false, end: log.end })
    expect(await store.entries()).toEqual(whole(log))
  })
})

describe('a torn end', () => {
  test('is cut, with the entries of its records', async () => {
    const log = filled(300)
    const files = log.write()
    await (await recoverStore(diskOptions(files, log))).drop()
    const last = log.starts[299] as number
    overwrite(files, log, last + 30, Buffer.alloc(60, 0xff))
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ end: last, damages: [] })
    expect(store.report.tornBytes).toBeGreaterThan(0)
    expect((await store.entries())['bills/3']?.offsets).toEqual(odd(log.starts).slice(0, -1))
    expect(store.index.endPhysicalOffset).toBe(log.starts[298])
  })
})

describe('a torn end, with the end of its file', () => {
  test('leaves nothing but zeros, and no file that is short even for a moment', async () => {
    const log = new SampleLog({ fileBytes: 4096 })
    for (let i = 0; i < 20; i++) log.add({ queueOffset: i })
    const torn = log.starts[19] as number
    log.bytes[torn + 90] = 0xff
    log.blank()
    const files = log.write()
    const lengths = new Set<number | undefined>()
    files.watch(() => {
      const left = files.afterKill()
      for (const { path } of log.files()) lengths.add(left.stat(path)?.bytes)
    })
    const store = await recoverStore(diskOptions(files, log))
    expect(store.report).toMatchObject({ end: torn, damages: [] })
    const [first] = log.files()
    expect(files.bytesOf(first?.path ?? '', torn).every((byte) => byte === 0)).toBe(true)
    expect([...lengths]).toEqual([log.fileBytes])
  })
})

describe('damage', () => {
  test('is reported with its place, and what is behind it stays readable', async () => {
    const log = filled(300)
    const at = log.starts[100] as number
    log.bytes[at + 90] = 0xff
    const store = await recoverStore(diskOptions(log.write(), log))
    const { damages, lostEntries } = store.report
    expect(damages).toEqual([{ from: at, to: log.starts[101], topic: 'orders', queueId: 0, queueOffset: 50 }])
    expect(lostEntries).toBe(1)
    const orders = even(log.starts)
    orders[50] = -1
    expect(await store.entries()).toEqual({ ...whole(log), 'orders/0': { min: 0, offsets: orders } })
  })

  test('of a queue offset without a checksum does not move the queue', async () => {
    for (const bit of [0, 3, 9, 40]) {
      const log = filled(100, undefined, false)
      const at = (log.starts[50] as number) + 20
      const offset = log.bytes.readBigInt64BE(at)
      log.bytes.writeBigInt64BE(offset ^ (1n << BigInt(bit)), at)
      const store = await recoverStore(diskOptions(log.write(), log, { recordCrc: false }))
      expect(await store.entries()).toEqual(whole(log))
      expect(store.report.damages).toMatchObject([{ from: log.starts[50], topic: 'orders', queueOffset: 25 }])
    }
  })
})

describe('checksums over whole records', () => {
  /** A store that got a hundred records, noted that half of them are durable, and was killed. */
  async function killed(now = () => 1) {
    const log = filled(0)
    const files = log.write(new SimulatedStoreFiles({ now }))
    const options = diskOptions(files, log)
    const open = await recoverStore(options)
    filled(100, log)
    writeOn(files, log)
    open.state.durable({ end: log.starts[50] as number, storeTimestamp: 1 }, { index: open.index })
    await open.drop()
    removeAll(files, '/store/consumequeue')
    return { log, files, options }
  }

  /** What an official broker does first when it starts. */
  function startOfficialBroker(files: SimulatedStoreFiles): void {
    const lock = files.open('/store/lock', 'write')
    writeFully(lock, Buffer.from('lock'), 0)
    lock.close()
  }

  /** A record that was copied, as official brokers do, with the checksum of another. */
  function addCopy(log: SampleLog, queueOffset: number): number {
    const properties = encodeProperties([
      ['KEYS', 'copy'],
      ['__CRC32#', '1234567890']
    ])
    return log.add({ queueOffset, properties }, false)
  }

  test('are demanded of all that a killed process wrote', async () => {
    const { log, files, options } = await killed()
    for (const at of [20, 70]) overwrite(files, log, (log.starts[at + 1] as number) - 20, Buffer.from('#'))
    const { report } = await recoverStore(options)
    expect(report.damages).toMatchObject([{ from: log.starts[20] }, { from: log.starts[70] }])
    expect(report.recordsWithoutCrc).toBe(0)
  })

  test('are demanded also when a power cut took the note of how far it had come', async () => {
    const { log, files, options } = await killed()
    files.remove('/store/rocketmq-ts/progress.json')
    for (const at of [20, 70]) overwrite(files, log, (log.starts[at + 1] as number) - 20, Buffer.from('#'))
    const { report } = await recoverStore(options)
    expect(report.damages).toMatchObject([{ from: log.starts[20] }, { from: log.starts[70] }])
    expect(report.recordsWithoutCrc).toBe(0)
  })

  test('are demanded of nothing when an official broker was started since: it may have cut the log and written on', async () => {
    let now = 1
    const { log, files, options } = await killed(() => now)
    now = 2
    startOfficialBroker(files)
    for (const at of [20, 70]) overwrite(files, log, (log.starts[at + 1] as number) - 20, Buffer.from('#'))
    const { report } = await recoverStore(options)
    expect(report.damages).toEqual([])
    expect(report.recordsWithoutCrc).toBe(2)
  })

  test('are demanded still by a process that was killed in its recovery', async () => {
    const { log, files, options } = await killed()
    overwrite(files, log, (log.starts[71] as number) - 20, Buffer.from('#'))
    StoreState.load(options).enter()
    const { report } = await recoverStore(options)
    expect(report.damages).toMatchObject([{ from: log.starts[70] }])
  })

  test('of other records do not make those damaged to which an official broker has copied them', async () => {
    const log = filled(100)
    const files = log.write()
    const options = diskOptions(files, log)
    await (await recoverStore(options)).leave()
    const copy = addCopy(log, 50)
    log.add({ queueOffset: 51 }, false)
    writeOn(files, log)
    const store = await recoverStore(options)
    expect(store.report).toMatchObject({ damages: [], recordsWithoutCrc: 2, end: log.end })
    expect((await store.entries())['orders/0']?.offsets.slice(50)).toEqual([copy, log.starts[101]])
  })

  test('of other records do not hide damage to a body', async () => {
    const log = filled(100)
    const copy = addCopy(log, 50)
    log.add({ queueOffset: 51 })
    log.bytes[copy + 89] = 0
    const { report } = await recoverStore(diskOptions(log.write(), log))
    expect(report.damages).toMatchObject([{ from: copy }])
  })
})

describe('topics', () => {
  test('that were made again have their new records only', async () => {
    const log = new SampleLog()
    for (let i = 0; i < 10; i++) log.add({ queueOffset: i })
    for (let i = 0; i < 4; i++) log.add({ queueOffset: i })
    const store = await recoverStore(diskOptions(log.write(), log))
    expect(await store.entries()).toEqual({ 'orders/0': { min: 0, offsets: log.starts.slice(10) } })
  })

  test('that were deleted do not come back', async () => {
    const log = filled(100)
    const files = log.write()
    const options = diskOptions(files, log)
    const store = await recoverStore(options)
    store.state.topicDeleted('bills', { endOffset: log.end, minOffset: 0 })
    await store.drop()
    const again = await recoverStore(options)
    expect(Object.keys(await again.entries())).toEqual(['orders/0'])
    await again.leave()
    removeAll(files, '/store/consumequeue')
    expect(Object.keys(await (await recoverStore(options)).entries())).toEqual(['orders/0'])
  })
})

describe('topics that an official broker deleted', () => {
  const config = (...topics: string[]) =>
    JSON.stringify({ topicConfigTable: Object.fromEntries(topics.map((topicName) => [topicName, { topicName }])) })

  /** A store of ours with `orders` and `bills`, of which another broker has deleted the queues of `bills`. */
  async function deleted(topicsJson: string | undefined) {
    const log = filled(100)
    const files = log.write()
    await (await recoverStore(diskOptions(files, log))).leave()
    removeAll(files, '/store/consumequeue/bills')
    if (topicsJson !== undefined) files.put('/store/config/topics.json', Buffer.from(topicsJson))
    return { log, files, options: diskOptions(files, log) }
  }

  test('do not come back, and the log is not read for them', async () => {
    const { log, files, options } = await deleted(config('orders'))
    const store = await recoverStore(options)
    expect(store.report.from).toBeGreaterThanOrEqual(log.starts[98] as number)
    expect(Object.keys(await store.entries())).toEqual(['orders/0'])
    await store.leave()
    removeAll(files, '/store/consumequeue')
    const again = await recoverStore(options)
    expect(Object.keys(await again.entries())).toEqual(['orders/0'])
  })

  test('do not come back with records that were written since we had the store', async () => {
    const { log, files, options } = await deleted(config('orders'))
    log.add({ topic: 'bills', queueId: 3, queueOffset: 50 })
    log.add({ topic: 'bills', queueId: 4, queueOffset: 0 })
    log.add({ queueOffset: 50 })
    writeOn(files, log)
    const store = await recoverStore(options)
    expect(Object.keys(await store.entries())).toEqual(['orders/0'])
    expect((await store.entries())['orders/0']?.offsets).toHaveLength(51)
  })

  test('do not come back when we never had the store', async () => {
    const { log, files, options } = await deleted(config('orders'))
    removeAll(files, '/store/rocketmq-ts')
    const checkpoint = Buffer.alloc(4096)
    checkpoint.writeBigInt64BE(BigInt(log.starts[50] as number), 40)
    files.put('/store/checkpoint', checkpoint)
    const store = await recoverStore(options)
    expect(store.report.from).toBe(log.starts[50])
    expect(Object.keys(await store.entries())).toEqual(['orders/0'])
  })

  test('begin anew when they were made again', async () => {
    const { log, files, options } = await deleted(config('orders'))
    await (await recoverStore(options)).leave()
    files.put('/store/config/topics.json', Buffer.from(config('orders', 'bills')))
    const at = log.add({ topic: 'bills', queueId: 3, queueOffset: 0 })
    writeOn(files, log)
    expect((await (await recoverStore(options)).entries())['bills/3']).toEqual({ min: 0, offsets: [at] })
  })

  test.each([
    ['names the topic', config('orders', 'bills')],
    ['is missing', undefined],
    ['is broken', config('orders').slice(0, -1)],
    ['is empty', ''],
    ['names no topic', '{"topicConfigTable":{}}'],
    ['is something else', '[1]']
  ])('are not those whose queues are missing while topics.json %s', async (_, topicsJson) => {
    const { log, options } = await deleted(topicsJson)
    expect(await (await recoverStore(options)).entries()).toEqual(whole(log))
  })

  test('are not those that a crash has kept from being written down', async () => {
    const { log, files, options } = await deleted(config('orders'))
    const at = log.add({ topic: 'new', queueOffset: 0 })
    log.add({ topic: 'rmq_sys_new', queueOffset: 0 })
    writeOn(files, log)
    const found = await (await recoverStore(options)).entries()
    expect(Object.keys(found).sort()).toEqual(['new/0', 'orders/0', 'rmq_sys_new/0'])
    expect(found['new/0']?.offsets).toEqual([at])
  })
})
