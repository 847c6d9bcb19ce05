import { beforeEach, describe, expect, it } from '@jest/globals'
import { SimulatedStoreFiles } from '../../src'
import { writeFully } from '../../src/files/write-fully'
import { openInspection } from '../../src/inspection/open-inspection'
import type { VerifyOptions } from '../../src/inspection/verify/verify-store'
import { SampleStore, type Sent } from './sample-store'

const INDEX = { indexSlots: 16, indexEntries: 32 }
const LOG = 'commitlog/00000000000000000000'

let sample: SampleStore

beforeEach(() => {
  sample = new SampleStore()
})

async function fill(count = 20, more: Sent = {}): Promise<void> {
  for (let index = 0; index < count; index++) {
    await sample.send({
      ...{ queueId: index % 2, body: Buffer.alloc(300, 0x61 + index) },
      ...more,
      properties: { KEYS: `k${index}`, UNIQ_KEY: `U${index}`, TAGS: 'RA' }
    })
  }
}

const verify = (options?: VerifyOptions) => openInspection({ directory: '/store', files: sample.files, ...INDEX }).verify(options)
const placeOf = (index: number) => sample.sent[index]?.physicalOffset ?? -1
const files = () => sample.files as SimulatedStoreFiles
const indexFiles = () => files().paths.filter((path) => path.startsWith('/store/index/'))

function write(path: string, position: number, bytes: Buffer): void {
  const file = sample.files.open(`/store/${path}`, 'write')
  writeFully(file, bytes, position)
  file.close()
}

function entry(physicalOffset: number, size: number, tagsCode: number): Buffer {
  const bytes = Buffer.alloc(20)
  bytes.writeBigInt64BE(BigInt(physicalOffset))
  bytes.writeInt32BE(size, 8)
  bytes.writeBigInt64BE(BigInt(tagsCode), 12)
  return bytes
}

describe('the verification of a store', () => {
  it('finds nothing wrong with a sound store', async () => {
    await fill()
    await sample.close()
    expect(await verify()).toEqual({
      ...{ isSound: true, findings: [], findingCounts: {}, logStart: 0, logEnd: expect.any(Number), tornBytes: 0 },
      ...{ records: 20, recordsWithoutCrc: 0, unprotectedFields: [], recordsOfDeletedTopics: 0 },
      ...{ queues: 2, queueEntries: 20, indexFiles: 2, indexEntries: 60 }
    })
  })

  it('finds nothing wrong with an empty store', async () => {
    await sample.open()
    await sample.close()
    expect(await verify()).toMatchObject({ isSound: true, records: 0 })
  })

  it('names the fields of records without a checksum that nothing protects', async () => {
    sample = new SampleStore({ recordCrc: false })
    await fill()
    await sample.close()
    const report = await verify()
    expect(report).toMatchObject({ isSound: true, recordsWithoutCrc: 20 })
    expect(report.unprotectedFields).toEqual(expect.arrayContaining(['queueOffset', 'storeTimestamp', 'topic', 'properties']))
  })

  it('tells topic, queue and offset of a damaged record, and that its entry has none', async () => {
    await fill()
    await sample.close()
    sample.damage(LOG, placeOf(4) + 200)
    const report = await verify()
    const place = { topic: 'orders', queueId: 0, queueOffset: 2, physicalOffset: placeOf(4) }
    expect(report.isSound).toBe(false)
    expect(report.findings).toEqual([
      {
        kind: 'log-damaged',
        severity: 'wrong',
        ...place,
        count: placeOf(5) - placeOf(4),
        text: expect.stringContaining('orders/0 offset 2')
      },
      { kind: 'queue-gap', severity: 'wrong', ...place, count: 1, text: expect.stringContaining('offset 2: the record is damaged') }
    ])
    expect(report.records).toBe(19)
  })

  it('finds every bit that is turned in a record', async () => {
    await fill(3)
    await sample.close()
    for (let at = placeOf(1); at < placeOf(2); at++) {
      sample.damage(LOG, at)
      expect({ at, isSound: (await verify()).isSound }).toEqual({ at, isSound: false })
      sample.damage(LOG, at)
    }
    expect((await verify()).isSound).toBe(true)
  })

  it('finds a torn end', async () => {
    await fill()
    await sample.close()
    const last = sample.sent.at(-1)
    const end = (last?.physicalOffset ?? 0) + (last?.size ?? 0)
    write(`commitlog/${String(end - (end % 8192)).padStart(20, '0')}`, (end % 8192) - 50, Buffer.alloc(50))
    const report = await verify()
    expect(report.isSound).toBe(false)
    expect(report.logEnd).toBe(last?.physicalOffset)
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'log-torn', physicalOffset: last?.physicalOffset }))
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'queue-surplus', queueId: 1, queueOffset: 9 }))
    expect(report.findings).toContainEqual(expect.objectContaining({ kind: 'index-wrong', physicalOffset: last?.physicalOffset }))
  })

  it('finds a missing file of the log', async () => {
    await fill(60)
    await sample.close()
    files().remove('/store/commitlog/00000000000000008192')
    const { findings } = await verify()
    expect(findings[0]).toMatchObject({ kind: 'log-file', text: expect.stringContaining('00000000000000008192 is missing') })
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'queue-surplus' }))
  })

  it.each<[string, Buffer, object]>([
    ['leads elsewhere', entry(1, 400, 2607), { kind: 'queue-wrong', text: expect.stringContaining('leads to another place') }],
    ['is blank', entry(0, 0x7fffffff, 0), { kind: 'queue-wrong' }]
  ])('finds an entry that %s', async (_, bytes, finding) => {
    await fill()
    await sample.close()
    write('consumequeue/orders/1/00000000000000000000', 3 * 20, bytes)
    const { findings } = await verify()
    expect(findings).toEqual([expect.objectContaining({ ...finding, topic: 'orders', queueId: 1, queueOffset: 3, count: 1 })])
    expect(findings[0]?.physicalOffset).toBe(placeOf(7))
  })

  it.each([
    ['size', 11],
    ['tags code', 19]
  ])('finds an entry with another %s', async (what, at) => {
    await fill()
    await sample.close()
    sample.damage('consumequeue/orders/1/00000000000000000000', 3 * 20 + at)
    const { findings } = await verify()
    expect(findings).toEqual([expect.objectContaining({ kind: 'queue-wrong', queueId: 1, queueOffset: 3 })])
    expect(findings[0]?.text).toContain(what)
  })

  it('finds entries that are missing at the end of a queue, all together', async () => {
    await fill()
    await sample.close()
    write('consumequeue/orders/0/00000000000000000000', 6 * 20, Buffer.alloc(2 * 20))
    files().remove('/store/consumequeue/orders/0/00000000000000000160')
    const { findings } = await verify()
    expect(findings).toEqual([expect.objectContaining({ kind: 'queue-missing', queueId: 0, queueOffset: 6, count: 4 })])
  })

  it('finds entries that the log has no records for', async () => {
    await fill()
    await sample.close()
    write('consumequeue/orders/0/00000000000000000160', 2 * 20, Buffer.concat([entry(placeOf(1), 400, 0), entry(9_000_000, 400, 0)]))
    const { findings } = await verify()
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'queue-surplus', queueOffset: 10, text: expect.stringContaining('stands for no record') }),
      expect.objectContaining({ kind: 'queue-surplus', queueOffset: 11, text: expect.stringContaining('behind the end of the log') })
    ])
  })

  it('finds a queue without files, and one that cannot be understood', async () => {
    await fill()
    await sample.close()
    for (const path of files().paths.filter((each) => each.includes('/orders/0/'))) files().remove(path)
    files().remove('/store/consumequeue/orders/0')
    files().remove('/store/consumequeue/orders/1/00000000000000000000')
    write('consumequeue/orders/1/00000000000000000160', 160, Buffer.alloc(7))
    const { findings } = await verify()
    expect(findings).toEqual([
      expect.objectContaining({ kind: 'queue-unreadable', topic: 'orders', queueId: 1, path: 'consumequeue/orders/1' }),
      expect.objectContaining({ kind: 'queue-missing', topic: 'orders', queueId: 0, count: 10 })
    ])
  })

  it('takes records of a topic that was deleted, and maybe made again, for what they are', async () => {
    await fill(10)
    await sample.document('topics.json', '{"topicConfigTable":{"kept":{}}}')
    sample.store.deleteTopic('orders')
    await sample.send({ topic: 'kept' })
    await sample.close()
    expect(await verify()).toMatchObject({ findings: [], recordsOfDeletedTopics: 10 })
    // As an official broker leaves it, which notes nothing of it.
    files().remove('/store/rocketmq-ts/state.json')
    expect(await verify()).toMatchObject({ findings: [], recordsOfDeletedTopics: 10 })
    await fill(4)
    await sample.close()
    files().remove('/store/rocketmq-ts/state.json')
    expect(await verify()).toMatchObject({ findings: [], records: 15 })
  })

  it('finds a key that is not in the index', async () => {
    await fill()
    await sample.close()
    const [first = ''] = indexFiles()
    const number = 4
    sample.damage(first.slice('/store/'.length), 40 + 16 * 4 + number * 20 + 3)
    const { findings } = await verify()
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'index-wrong', text: expect.stringContaining(`entry ${number}`) }))
    expect(findings).toContainEqual(expect.objectContaining({ kind: 'index-missing', physicalOffset: placeOf(1), count: 1 }))
  })

  it.each([
    ['the place of an entry', 40 + 16 * 4 + 5 * 20 + 8],
    ['the time of an entry', 40 + 16 * 4 + 5 * 20 + 15],
    ['what an entry leads to', 40 + 16 * 4 + 5 * 20 + 19],
    ['a slot', 40 + 4 * 4 + 3]
  ])('finds damage to %s in the index', async (_, at) => {
    await fill()
    await sample.close()
    const [first = ''] = indexFiles()
    sample.damage(first.slice('/store/'.length), at)
    const { findings, isSound } = await verify()
    expect(isSound).toBe(false)
    expect(findings.every(({ kind }) => kind.startsWith('index-'))).toBe(true)
  })

  it('finds an index that ends early, and files that are none', async () => {
    await fill()
    await sample.close()
    files().remove(indexFiles()[1] ?? '')
    expect((await verify()).findings).toEqual([
      expect.objectContaining({ kind: 'index-missing', text: expect.stringContaining('lacks 2 of 3 keys'), physicalOffset: placeOf(10) }),
      expect.objectContaining({ kind: 'index-missing', text: expect.stringContaining('the index ends before'), count: 9 })
    ])
    write(indexFiles()[0]?.slice('/store/'.length) ?? '', 744, Buffer.alloc(1))
    expect((await verify()).findings).toContainEqual(expect.objectContaining({ kind: 'index-unreadable' }))
  })

  it('needs no index, nor the tags in it', async () => {
    await fill()
    await sample.close()
    for (const path of indexFiles()) files().remove(path)
    expect(await verify()).toMatchObject({ isSound: true, indexFiles: 0 })
  })

  it('lets pass what a killed process had not written into queues and index yet', async () => {
    sample = new SampleStore({ queueFlushIntervalMs: 8000 })
    await fill()
    await sample.send({ topic: 'new', properties: { UNIQ_KEY: 'last' } })
    sample.files = files().afterKill()
    const report = await verify()
    expect(report).toMatchObject({ isSound: true, records: 21 })
    expect(report.findings.map(({ kind, topic, severity }) => [kind, topic, severity])).toEqual(
      expect.arrayContaining([
        ['queue-missing', 'new', 'passing'],
        ['index-missing', undefined, 'passing']
      ])
    )
    expect(report.findings.every(({ text }) => text.endsWith('the next start sees to it'))).toBe(true)
  })

  it('lets pass that slots of the index were written before their entries', async () => {
    await fill()
    sample.files = files().afterKill()
    const path = indexFiles().at(-1)?.slice('/store/'.length) ?? ''
    const file = sample.files.open(`/store/${path}`, 'read')
    const slots = Buffer.alloc(16 * 4)
    file.readNow(slots, 40)
    file.close()
    const used = Array.from({ length: 16 }, (_, slot) => slot).find((slot) => slots.readInt32BE(slot * 4) > 0) ?? 0
    write(path, 40 + used * 4 + 3, Buffer.from([31]))
    const passing = expect.objectContaining({ kind: 'index-missing', severity: 'passing', count: 1 })
    expect(await verify()).toMatchObject({ isSound: true, findings: expect.arrayContaining([passing]) })
    write(path, 40 + used * 4, Buffer.alloc(4))
    expect(await verify()).toMatchObject({ isSound: false, findingCounts: { 'index-wrong': 1 } })
  })

  it('finds what is wrong in the store of a killed process all the same', async () => {
    await fill()
    await sample.close()
    await sample.open()
    await sample.send({})
    sample.files = files().afterKill()
    write('consumequeue/orders/1/00000000000000000160', 0, Buffer.alloc(2 * 20))
    sample.damage('consumequeue/orders/0/00000000000000000000', 3 * 20 + 11)
    sample.damage(LOG, placeOf(4) + 200)
    const report = await verify()
    expect(report.isSound).toBe(false)
    expect(report.findings.filter(({ severity }) => severity === 'wrong')).toEqual([
      expect.objectContaining({ kind: 'log-damaged' }),
      expect.objectContaining({ kind: 'queue-gap', queueId: 0, queueOffset: 2 }),
      expect.objectContaining({ kind: 'queue-wrong', queueId: 0, queueOffset: 3 }),
      expect.objectContaining({ kind: 'queue-missing', queueId: 1, queueOffset: 8, count: 2 })
    ])
  })

  it('finds nothing wrong with what a process leaves that is killed at any moment', async () => {
    const disk = new SimulatedStoreFiles()
    const left: SimulatedStoreFiles[] = []
    disk.watch(() => left.push(disk.afterKill()))
    sample = new SampleStore({}, disk)
    await fill(24)
    sample.store.deleteTopic('orders')
    await fill(8, { topic: 'new' })
    await sample.close()
    const isStore = (each: SimulatedStoreFiles) => each.stat('/store/commitlog') !== undefined
    const wrong: string[] = []
    for (const each of left.filter(isStore)) {
      const { findings } = await openInspection({ directory: '/store', files: each, ...INDEX }).verify()
      for (const { severity, text } of findings) if (severity === 'wrong') wrong.push(text)
    }
    expect(left.length).toBeGreaterThan(100)
    expect(wrong).toEqual([])
  })

  it('finds documents that cannot be read', async () => {
    await fill(2)
    await sample.document('topics.json', '{"topicConfigTable":{"orders":{}}}')
    await sample.document('consumerOffset.json', '{"offsetTable":{}}')
    await sample.document('consumerOffset.json', '{"offsetTable":{"a@b":{0:1}}}')
    await sample.close()
    write('config/topics.json', 0, Buffer.from('['))
    write('config/consumerOffset.json', 0, Buffer.from('['))
    const { findings } = await verify()
    expect(findings.map(({ kind }) => kind)).toEqual(['document-broken', 'document-broken'])
    expect(findings[0]?.text).toContain('config/consumerOffset.json')
    expect(findings[1]).toMatchObject({ path: 'config/topics.json', text: expect.stringContaining('restore one of them') })
  })

  it('tells every finding at once, and keeps the first ones', async () => {
    await fill()
    await sample.close()
    for (const index of [2, 6, 9]) sample.damage(LOG, placeOf(index) + 200)
    const told: string[] = []
    const report = await verify({ maxFindings: 1, onFinding: ({ kind }) => told.push(kind) })
    expect(told.filter((kind) => kind === 'log-damaged').length).toBe(3)
    expect(report.findings.length).toBe(1)
    expect(report.findingCounts).toEqual({ 'log-damaged': 3, 'queue-gap': 3 })
  })

  it('tells how far it is, and stops when told', async () => {
    sample = new SampleStore({ commitLogFileBytes: 40 * 1024 * 1024, maxMessageBytes: 4 * 1024 * 1024, indexSlots: 16 })
    await fill(20, { body: Buffer.alloc(1024 * 1024) })
    await sample.close()
    const told: number[] = []
    await verify({ onProgress: ({ doneBytes, totalBytes }) => told.push(doneBytes / totalBytes) })
    expect(told.length).toBeGreaterThan(0)
    expect(told.every((share) => share > 0 && share <= 1)).toBe(true)
    await expect(verify({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough')
  })
})
