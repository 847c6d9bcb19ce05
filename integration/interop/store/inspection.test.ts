import { closeSync, openSync, readFileSync, readSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, it } from '@jest/globals'
import type { MessageRecord } from '@rocketmq-ts/remoting/wire'
import { openInspection } from '@rocketmq-ts/store'
import { describeWithJava } from '../../official/java/java-programs'
import { judgedVersions } from '../../official/judges'
import { StoreBench } from './bench'
import { fillStore } from './contents'
import { smallFiles } from './official-broker'
import { type Served, servedBy } from './served'
import { untilNoted } from './settled'
import { filesOf, hashesOf, sha256 } from './store-directory'

const longMs = 120_000

for (const version of judgedVersions) {
  describeWithJava(version)(`the inspection of a store of ${version}`, () => {
    const bench = new StoreBench()
    let directory: string
    let whileOpen: Awaited<ReturnType<ReturnType<typeof openInspection>['verify']>>
    let filesWhileOpen: ReturnType<ReturnType<typeof openInspection>['files']>
    let served: Served

    beforeAll(async () => {
      directory = bench.directories.fresh()
      const broker = await bench.official(version, directory)
      await fillStore(broker.address, { transactions: true })
      await untilNoted(broker.address, directory)
      served = await servedBy(broker.address)
      const inspection = openInspection(directory)
      filesWhileOpen = inspection.files()
      whileOpen = await inspection.verify()
      await broker.stop('TERM')
    }, longMs)

    it('finds it sound while the broker has it open, and sees that it does', () => {
      expect(whileOpen.findings.filter(({ severity }) => severity === 'wrong')).toEqual([])
      expect(whileOpen).toMatchObject({ isSound: true })
      expect(filesWhileOpen).toMatchObject({ isLeftInOrder: false })
      if (process.platform === 'linux') expect(filesWhileOpen).toMatchObject({ isOpen: true, lockHolders: [expect.any(Number)] })
    })

    it('finds it sound when the broker has stopped, and changes nothing', async () => {
      const files = filesOf(directory)
      const before = hashesOf(directory, files)
      const report = await openInspection(directory).verify()
      expect(report).toMatchObject({ isSound: true, findings: [] })
      expect(report.records).toBeGreaterThan(800)
      expect(report.indexEntries).toBeGreaterThan(800)
      expect(report.recordsWithoutCrc).toBe(report.records)
      expect(report.unprotectedFields).toContain('queueOffset')
      expect(filesOf(directory)).toEqual(files)
      expect(hashesOf(directory, files)).toEqual(before)
    })

    it('lists the queues and offsets that the broker serves', async () => {
      const topics = await openInspection(directory).topics()
      const found = topics.flatMap(({ topic, queues }) =>
        queues.map(({ queueId, minOffset, maxOffset }) => [`${topic}/${queueId}`, { min: minOffset, max: maxOffset }] as const)
      )
      const queues = Object.fromEntries(found)
      for (const name of ['orders/0', 'orders/3', 'ledger/0', 'odds/1']) expect(served.queues).toMatchObject({ [name]: queues[name] })
      const groups = openInspection(directory).groups()
      const billing = groups.find(({ group }) => group === 'billing')?.offsets
      expect(billing).toContainEqual(expect.objectContaining({ topic: 'orders', queueId: 3, offset: 43 }))
      expect(billing).toContainEqual(expect.objectContaining({ topic: 'ledger', queueId: 0, offset: 250, maxOffset: 260, lag: 10 }))
    })

    it('reads every message that the broker serves, and finds it by key and by id', async () => {
      const inspection = openInspection(directory)
      const all = new Map<string, string>()
      for await (const record of inspection.records()) all.set(`${record.topic}@${record.physicalOffset}`, printOf(directory, record))
      const different = Object.entries(served.byOffset).filter(([place, print]) => all.get(place) !== print)
      expect(different).toEqual([])
      expect(Object.keys(served.byOffset).length).toBeGreaterThan(800)
      const { records, isByIndex } = await inspection.find({ key: 'order-17', topic: 'orders' })
      expect(records.map(({ queueId, queueOffset }) => ({ queueId, queueOffset }))).toEqual([{ queueId: 1, queueOffset: 4 }])
      expect(isByIndex).toBe(true)
      const [found] = records
      expect(await inspection.findById(found?.offsetMessageId ?? '')).toHaveLength(1)
      const ledger: number[] = []
      for await (const { queueOffset } of inspection.records({ topic: 'ledger', queueId: 0, fromQueueOffset: 255 }))
        ledger.push(queueOffset)
      expect(ledger).toEqual([255, 256, 257, 258, 259])
    })

    it('finds what is damaged in it', async () => {
      const copy = bench.directories.copy(directory)
      const inspection = openInspection(copy)
      const [record] = (await inspection.find({ key: 'order-17', topic: 'orders' })).records
      if (record === undefined) throw new Error('no message to damage')
      turn(join(copy, 'commitlog', '0'.repeat(20)), record.physicalOffset + record.size - record.propertiesBuffer.length - 20)
      turn(join(copy, 'consumequeue', 'ledger', '0', '0'.repeat(20)), 7 * 20 + 7)
      const { isSound, findings } = await inspection.verify()
      expect(isSound).toBe(false)
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'log-damaged', topic: 'orders', queueId: 1, queueOffset: 4 }))
      expect(findings).toContainEqual(expect.objectContaining({ kind: 'queue-wrong', topic: 'ledger', queueId: 0, queueOffset: 7 }))
      expect(findings.filter(({ kind }) => !['log-damaged', 'queue-gap', 'queue-wrong'].includes(kind))).toEqual([])
    })
  })
}

/** As `Served.byOffset` has it: where a record is, and the hash of its bytes. */
function printOf(directory: string, { physicalOffset, size }: MessageRecord): string {
  const at = physicalOffset % smallFiles.commitLogFileBytes
  const file = join(directory, 'commitlog', String(physicalOffset - at).padStart(20, '0'))
  return `${physicalOffset}+${size} ${sha256(readFileSync(file).subarray(at, at + size)).slice(0, 16)}`
}

/** Turns a bit of a file. */
function turn(path: string, position: number): void {
  const file = openSync(path, 'r+')
  const byte = Buffer.alloc(1)
  readSync(file, byte, 0, 1, position)
  byte[0] = (byte[0] as number) ^ 1
  writeSync(file, byte, 0, 1, position)
  closeSync(file)
}
