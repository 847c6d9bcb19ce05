import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from '@jest/globals'
import { decodeRecord, ipText, recordCrcState, recordSize, sealRecord, withRecordCrc, writeRecord } from '@rocketmq-ts/remoting/wire'
import { describeWithJava, runJava } from './java/java-programs'

interface Case {
  readonly topic: string
  readonly properties: string
  readonly bodyHex: string
  readonly bornIp: string
  readonly storeIp: string
}

const [v4, v6] = ['0a090807', '20010db8000000000000000000000005']
const plain: Case = {
  topic: 'orders',
  properties: 'TAGS\u0001created\u0002',
  bodyHex: Buffer.from('hello').toString('hex'),
  bornIp: v4,
  storeIp: v4
}
const cases: Readonly<Record<string, Case>> = {
  plain,
  'no properties': { ...plain, properties: '' },
  'no separator behind the last property': { ...plain, properties: 'KEYS\u0001o-1 客户🍣' },
  'IPv6 on both sides': { ...plain, bornIp: v6, storeIp: v6 },
  'a topic of 255 characters': { ...plain, topic: `%RETRY%${'g'.repeat(248)}` },
  'an empty body': { ...plain, bodyHex: '' },
  'a body of 100 KB': { ...plain, bodyHex: Buffer.alloc(100_000, 'order ').toString('hex') },
  ...Object.fromEntries(Array.from({ length: 20 }, (_, at) => [`body ${at}`, { ...plain, bodyHex: Buffer.from(`${at}`).toString('hex') }]))
}
const kept = join(__dirname, '..', '..', 'packages', 'remoting', 'test', 'wire', 'message', 'fixtures', 'record-crc-5.5.0.json')

describeWithJava('5.5.0')('the checksum of a whole record', () => {
  it('is the one that the commit log of 5.5.0 writes, and what is kept of it for unit tests is that', () => {
    const written = ask(Object.values(cases).map((one) => ({ do: 'append', ...one }))).map(({ recordHex }) => recordHex ?? '')
    for (const [at, [name, one]] of Object.entries(cases).entries()) expect([name, ours(one).toString('hex')]).toEqual([name, written[at]])
    const samples = JSON.parse(readFileSync(kept, 'utf8')) as { readonly records: ReadonlyArray<{ name: string; recordHex: string }> }
    expect(samples.records.length).toBeGreaterThan(4)
    for (const { name, recordHex } of samples.records) expect([name, written[Object.keys(cases).indexOf(name)]]).toEqual([name, recordHex])
  }, 60_000)

  it('is accepted where it is ours, and refused where a bit was changed, by both alike', () => {
    const records = Object.values(cases).map(ours)
    const changed = records.map((record, at) => {
      const copy = Buffer.from(record)
      const place = 12 + ((at * 37) % (copy.length - 60))
      // Lengths and magic are checked before; any other byte is for the checksum to find.
      copy[place] = (copy[place] ?? 0) ^ 1
      return copy
    })
    const all = [...records, ...changed.filter(isRecord)]
    const judged = ask(all.map((record) => ({ do: 'check', recordHex: record.toString('hex') })))
    expect(all.map((record) => recordCrcState(record) === 'valid')).toEqual(judged.map(({ valid }) => valid))
    expect(judged.filter(({ valid }) => valid).length).toBe(records.length)
    expect(all.length).toBeGreaterThan(records.length + 15)
  }, 60_000)
})

function ours({ topic, properties, bodyHex, bornIp, storeIp }: Case): Buffer {
  const content = withRecordCrc({
    topic,
    queueId: 3,
    flag: 5,
    sysFlag: 0,
    bornTimestamp: 1700000000000,
    bornHost: { host: hostOf(bornIp), port: 40000 },
    storeHost: { host: hostOf(storeIp), port: 10911 },
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(bodyHex, 'hex'),
    properties: Buffer.from(properties)
  })
  const target = Buffer.alloc(recordSize(content))
  const size = writeRecord(target, 0, content, { queueOffset: 42, physicalOffset: 1024, storeTimestamp: 1700000000123 })
  sealRecord(target, 0, size)
  return target
}

function hostOf(hex: string): string {
  return ipText(Buffer.from(hex, 'hex'), 0, hex.length / 2)
}

function isRecord(bytes: Buffer): boolean {
  try {
    return decodeRecord(bytes).size === bytes.length
  } catch {
    return false
  }
}

function ask(requests: readonly object[]): ReadonlyArray<{ readonly recordHex?: string; readonly valid?: boolean }> {
  const output = runJava('5.5.0', 'rocketmqts.RecordCrc', requests.map((request) => `${JSON.stringify(request)}\n`).join(''))
  return output
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { recordHex?: string; valid?: boolean })
}
