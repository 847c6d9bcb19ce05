import { beforeEach, describe, expect, it } from '@jest/globals'
import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
import type { SimulatedStoreFiles } from '../../src'
import type { RecordsRequest } from '../../src/inspection/inspected-records'
import { openInspection, type StoreInspection } from '../../src/inspection/open-inspection'
import { contentsOf, SampleStore, START } from './sample-store'

const INDEX = { indexSlots: 16, indexEntries: 32 }

let sample: SampleStore
let inspection: StoreInspection

beforeEach(async () => {
  sample = new SampleStore()
  for (let index = 0; index < 30; index++) {
    await sample.send({
      topic: index % 3 === 0 ? 'bills' : 'orders',
      queueId: index % 2,
      body: Buffer.alloc(700, 0x61 + index),
      properties: { KEYS: `k${index} every`, UNIQ_KEY: `U${index}`, TAGS: 'RA' }
    })
  }
  await sample.document('topics.json', '{"topicConfigTable":{"bills":{},"orders":{},"empty":{}},"dataVersion":{"counter":1}}')
  await sample.document('subscriptionGroup.json', '{"subscriptionGroupTable":{"billing":{},"idle":{}}}')
  await sample.document('consumerOffset.json', '{"offsetTable":{"orders@billing":{0:3,1:10},"gone@billing":{0:7}}}')
  await sample.close()
  inspection = openInspection({ directory: '/store', files: sample.files, ...INDEX })
})

/** Which of the messages they are, by the order in which they were sent. */
function numbersOf(records: readonly MessageRecord[]): number[] {
  return records.map((record) => sample.sent.findIndex(({ physicalOffset }) => physicalOffset === record.physicalOffset))
}

async function numbers(request: RecordsRequest = {}): Promise<number[]> {
  const records: MessageRecord[] = []
  for await (const record of inspection.records(request)) records.push(record)
  return numbersOf(records)
}

const ALL = Array.from({ length: 30 }, (_, index) => index)
const ORDERS = ALL.filter((index) => index % 3 !== 0)
const placeOf = (index: number) => sample.sent[index]?.physicalOffset ?? -1

describe('the inspection of a store', () => {
  it('refuses a directory that is none', () => {
    expect(() => openInspection({ directory: '/elsewhere', files: sample.files })).toThrow(
      expect.objectContaining({ code: 'STORE_NOT_FOUND', message: expect.stringContaining('no store in /elsewhere') })
    )
  })

  it('changes nothing, whatever is asked', async () => {
    const files = sample.files as SimulatedStoreFiles
    const before = contentsOf(files)
    inspection.files()
    await inspection.topics()
    inspection.groups()
    await numbers()
    await numbers({ topic: 'orders', queueId: 1, fromTime: START + 5000 })
    await inspection.find({ key: 'every' })
    await inspection.find({ key: 'RA', indexType: 'T' })
    await inspection.verify()
    expect(contentsOf(files)).toEqual(before)
  })

  it('lists files by what they are for', () => {
    const { files, isOpen, isLeftInOrder, owner, checkpoint } = inspection.files()
    expect({ isOpen, isLeftInOrder, owner }).toEqual({ isOpen: false, isLeftInOrder: true, owner: undefined })
    expect(checkpoint?.physicMsgTimestamp).toBe(START + 29_000)
    const kinds = (kind: string) => files.filter((file) => file.kind === kind).map(({ path }) => path)
    expect(kinds('commit log').slice(0, 2)).toEqual(['commitlog/00000000000000000000', 'commitlog/00000000000000008192'])
    expect(kinds('consume queue')).toContain('consumequeue/orders/1/00000000000000000160')
    expect(kinds('document')).toEqual(expect.arrayContaining(['config/topics.json', 'config/consumerOffset.json']))
    expect(kinds('state')).toEqual(expect.arrayContaining(['checkpoint', 'lock', 'rocketmq-ts/state.json']))
    const [first] = files.filter((file) => file.kind === 'index')
    expect(first?.index).toEqual({
      ...{ slots: 16, capacity: 31, usedSlots: expect.any(Number), entries: 31, beginTime: START, endTime: START + 7000 },
      ...{ beginOffset: placeOf(0), endOffset: placeOf(7) }
    })
  })

  it('says who has the store open', async () => {
    await sample.open()
    expect(inspection.files()).toMatchObject({ isOpen: true, isLeftInOrder: false, owner: { pid: 1000, isRunning: true } })
    const crashed = (sample.files as SimulatedStoreFiles).afterKill()
    const left = openInspection({ directory: '/store', files: crashed, ...INDEX })
    expect(left.files()).toMatchObject({ isOpen: false, isLeftInOrder: false, owner: { pid: 1000, isRunning: false } })
    await sample.close()
  })

  it('lists topics with their queues', async () => {
    const queue = (queueId: number, entries: number) => ({ queueId, minOffset: 0, maxOffset: entries, entries, bytes: expect.any(Number) })
    const topics = await inspection.topics()
    expect(topics).toEqual([
      { topic: 'bills', isConfigured: true, queues: [queue(0, 5), queue(1, 5)] },
      { topic: 'empty', isConfigured: true, queues: [] },
      { topic: 'orders', isConfigured: true, queues: [queue(0, 10), queue(1, 10)] }
    ])
    const bytes = topics.flatMap(({ queues }) => queues).reduce((sum, each) => sum + each.bytes, 0)
    expect(bytes).toBe(sample.sent.reduce((sum, { size }) => sum + size, 0))
  })

  it('tells, and reads, the messages that a killed process left in the log only', async () => {
    const killed = new SampleStore({ queueFlushIntervalMs: 60_000 }, sample.files)
    await killed.clock.advance(100_000)
    for (const index of [0, 1, 2]) await killed.send({ topic: 'orders', queueId: 1, body: Buffer.from(`newer ${index}`) })
    await killed.send({ topic: 'empty', queueId: 3 })
    const left = openInspection({ directory: '/store', files: (sample.files as SimulatedStoreFiles).afterKill(), ...INDEX })
    const [bills, empty, orders] = await left.topics()
    expect(bills?.queues.map(({ inLogOnly }) => inLogOnly)).toEqual([undefined, undefined])
    expect(empty?.queues).toEqual([{ queueId: 3, minOffset: 0, maxOffset: 0, entries: 0, bytes: 0, inLogOnly: 1 }])
    expect(orders?.queues.map(({ maxOffset, inLogOnly }) => [maxOffset, inLogOnly])).toEqual([
      [10, undefined],
      [10, 3]
    ])
    const offsets = async (request: RecordsRequest): Promise<number[]> => {
      const found: number[] = []
      for await (const { queueOffset } of left.records({ topic: 'orders', queueId: 1, ...request })) found.push(queueOffset)
      return found
    }
    expect(await offsets({})).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(await offsets({ fromQueueOffset: 8, toQueueOffset: 12 })).toEqual([8, 9, 10, 11])
    expect(await offsets({ fromQueueOffset: 11 })).toEqual([11, 12])
    expect(await offsets({ toQueueOffset: 3 })).toEqual([0, 1, 2])
    expect(await offsets({ fromTime: START + 101_000 })).toEqual([11, 12])
  })

  it('lists groups with their offsets and how far they are behind', () => {
    expect(inspection.groups()).toEqual([
      {
        group: 'billing',
        isConfigured: true,
        offsets: [
          { topic: 'gone', queueId: 0, offset: 7, maxOffset: undefined, lag: undefined },
          { topic: 'orders', queueId: 0, offset: 3, maxOffset: 10, lag: 7 },
          { topic: 'orders', queueId: 1, offset: 10, maxOffset: 10, lag: 0 }
        ]
      },
      { group: 'idle', isConfigured: true, offsets: [] }
    ])
  })

  it('begins queues where the log does after retention', async () => {
    sample.files.remove('/store/commitlog/00000000000000000000')
    const gone = sample.sent.filter(({ physicalOffset }) => physicalOffset < 8192).length
    const queues = (await inspection.topics()).flatMap((topic) => topic.queues)
    expect(queues.reduce((sum, { minOffset }) => sum + minOffset, 0)).toBe(gone)
    expect(await numbers()).toEqual(ALL.slice(gone))
    expect(await inspection.verify()).toMatchObject({ isSound: true, findings: [], logStart: 8192, records: 30 - gone })
  })

  it.each<[string, () => RecordsRequest, number[]]>([
    ['all', () => ({}), ALL],
    ['those of a topic', () => ({ topic: 'orders' }), ORDERS],
    ['those of a queue', () => ({ topic: 'orders', queueId: 1 }), ORDERS.filter((index) => index % 2 === 1)],
    ['a range of a queue', () => ({ topic: 'orders', queueId: 1, fromQueueOffset: 2, toQueueOffset: 4 }), [7, 11]],
    ['a range of the log', () => ({ fromOffset: placeOf(5), toOffset: placeOf(8) }), [5, 6, 7]],
    ['a range of the log that begins within a record', () => ({ fromOffset: placeOf(5) + 1, toOffset: placeOf(8) + 1 }), [6, 7, 8]],
    ['a range of time', () => ({ fromTime: START + 12_000, toTime: START + 15_000 }), [12, 13, 14]],
    ['a topic in a range of time', () => ({ topic: 'bills', fromTime: START + 12_000, toTime: START + 16_000 }), [12, 15]],
    ['a queue in a range of time', () => ({ topic: 'orders', queueId: 0, fromTime: START + 9000, toTime: START + 14_500 }), [10, 14]],
    ['none of a topic that is not there', () => ({ topic: 'nothing', queueId: 0 }), []]
  ])('reads %s', async (_, request, expected) => {
    expect(await numbers(request())).toEqual(expected)
  })

  it('reads records of a queue from the log when the queue has no files', async () => {
    const files = sample.files as SimulatedStoreFiles
    for (const path of files.paths.filter((each) => each.includes('/consumequeue/'))) files.remove(path)
    expect(await numbers({ topic: 'orders', queueId: 1, fromQueueOffset: 2, toQueueOffset: 4 })).toEqual([7, 11])
  })

  it('leaves a damaged record out and tells of it, in a queue and in the log', async () => {
    sample.damage('commitlog/00000000000000000000', placeOf(4) + 300)
    const place = { topic: 'orders', queueId: 0, queueOffset: 1, from: placeOf(4), to: placeOf(5) }
    for (const request of [{}, { topic: 'orders', queueId: 0 }]) {
      const damages: object[] = []
      expect(await numbers({ ...request, onDamage: (range) => damages.push(range) })).not.toContain(4)
      expect(damages).toEqual([place])
    }
  })

  it('stops reading when no more is wanted', async () => {
    const big = new SampleStore({ commitLogFileBytes: 16 * 1024 * 1024, maxMessageBytes: 4 * 1024 * 1024 })
    for (let index = 0; index < 12; index++) await big.send({ body: Buffer.alloc(1024 * 1024, index) })
    await big.close()
    const bodies: number[] = []
    for await (const { body } of openInspection({ directory: '/store', files: big.files }).records()) {
      bodies.push(body[0] as number)
      if (bodies.length === 7) break
    }
    expect(bodies).toEqual([0, 1, 2, 3, 4, 5, 6])
  })

  it('refuses a queue without a topic, and queue offsets without a queue', () => {
    expect(() => inspection.records({ queueId: 1 })).toThrow('a queue needs its topic')
    expect(() => inspection.records({ topic: 'orders', fromQueueOffset: 1 })).toThrow('queue offsets need a queue')
  })

  it('finds the record at an offset, and only where one begins', async () => {
    expect(await inspection.recordAt(placeOf(7))).toMatchObject({ record: { physicalOffset: placeOf(7), queueOffset: 2 } })
    expect(await inspection.recordAt(placeOf(7) + 1)).toEqual({ problem: 'no record begins there' })
    expect(await inspection.recordAt(10_000_000)).toEqual({ problem: 'the log has nothing there' })
    sample.damage('commitlog/00000000000000000000', placeOf(4) + 300)
    expect(await inspection.recordAt(placeOf(4))).toEqual({ problem: 'the record is damaged: its checksum is wrong' })
  })

  it('is not taken in by a record in the body of another', async () => {
    const outer = new SampleStore({ recordCrc: false })
    const [inner] = await outer.send({ body: Buffer.from('inner') })
    const file = outer.files.open('/store/commitlog/00000000000000000000', 'read')
    const forged = Buffer.alloc(inner?.size ?? 0)
    file.readNow(forged, 0)
    file.close()
    const bodyAt = (inner?.size ?? 0) + 88
    forged.writeBigInt64BE(BigInt(bodyAt), 28)
    forged.writeBigInt64BE(9n, 20)
    await outer.send({ body: forged })
    await outer.close()
    const found = await openInspection({ directory: '/store', files: outer.files, ...INDEX }).recordAt(bodyAt)
    expect(found).toEqual({ problem: expect.stringContaining('part of the body of another') })
  })

  it.each(['with an index', 'without an index', 'with a broken index', 'with an index that is behind'])(
    'finds messages %s',
    async (how) => {
      const files = sample.files as SimulatedStoreFiles
      const index = files.paths.filter((each) => each.startsWith('/store/index/'))
      if (how === 'without an index') for (const path of index) files.remove(path)
      if (how === 'with a broken index') sample.damage(index[1]?.slice('/store/'.length) ?? '', 0, 40)
      if (how === 'with an index that is behind') for (const path of index.slice(1)) files.remove(path)
      const isByIndex = how === 'with an index'
      const found = async (request: Parameters<StoreInspection['find']>[0]) => {
        const result = await inspection.find(request)
        // What is older than the end of the index needs nothing else.
        if (request.toTime === undefined) expect(result.isByIndex).toBe(isByIndex)
        return numbersOf(result.records)
      }
      expect(await found({ key: 'k17' })).toEqual([17])
      expect(await found({ key: 'U17', indexType: 'U', topic: 'orders' })).toEqual([17])
      expect(await found({ key: 'k17', topic: 'bills' })).toEqual([])
      expect(await found({ key: 'every', topic: 'orders' })).toEqual(ORDERS)
      expect(await found({ key: 'every', limit: 4 })).toEqual([26, 27, 28, 29])
      expect(await found({ key: 'every', fromTime: START + 3000, toTime: START + 5000 })).toEqual([3, 4])
    }
  )

  it('finds messages by tag from the log: an index does not tell whether it has tags', async () => {
    const { records, isByIndex } = await inspection.find({ key: 'RA', indexType: 'T', topic: 'bills' })
    expect([numbersOf(records), isByIndex]).toEqual([ALL.filter((index) => index % 3 === 0), false])
  })

  it('finds messages by offset message id and by unique key', async () => {
    const [record] = await inspection.findById('U8')
    expect(numbersOf(record === undefined ? [] : [record])).toEqual([8])
    const id = record?.offsetMessageId ?? ''
    expect(numbersOf(await inspection.findById(id.toLowerCase()))).toEqual([8])
    expect(await inspection.findById(id, 'bills')).toEqual([])
    // The same place in the log of another broker.
    expect(await inspection.findById(`C0A80001${id.slice(8)}`)).toEqual([])
  })

  it('sees what a broker adds meanwhile', async () => {
    const store = await sample.open()
    const more = await sample.send({ properties: { KEYS: 'late' } })
    expect(await numbers({ fromOffset: more[0]?.physicalOffset ?? 0 })).toEqual([30])
    expect(numbersOf((await inspection.find({ key: 'late' })).records)).toEqual([30])
    expect(await inspection.verify()).toMatchObject({ isSound: true, records: 31 })
    expect(store.maxOffset('orders', 0)).toBe(11)
    await sample.close()
  })

  it('goes on when retention removes files that it is about to read', async () => {
    const files = sample.files as SimulatedStoreFiles
    const first: number[] = []
    for await (const record of inspection.records()) {
      first.push(...numbersOf([record]))
      if (first.length === 1)
        for (const start of ['00000000000000008192', '00000000000000016384']) files.remove(`/store/commitlog/${start}`)
    }
    expect(first).toEqual([...ALL.slice(0, 9), 27, 28, 29])
    const later = new SimulatedStoreFilesThatLose(files, '/store/commitlog/00000000000000000000')
    const seen: number[] = []
    for await (const record of openInspection({ directory: '/store', files: later.files }).records()) seen.push(...numbersOf([record]))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen[0]).toBeGreaterThan(0)
  })
})

/** A disk from which a file goes at the moment it is opened. */
class SimulatedStoreFilesThatLose {
  readonly files: SimulatedStoreFiles

  constructor(files: SimulatedStoreFiles, path: string) {
    this.files = new Proxy(files, {
      get: (target, name) => {
        if (name !== 'open') {
          const value = Reflect.get(target, name, target) as unknown
          return typeof value === 'function' ? value.bind(target) : value
        }
        return (opened: string, access: 'read') => {
          if (opened === path) target.remove(path)
          return target.open(opened, access)
        }
      }
    })
  }
}
