import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from '@jest/globals'
import {
  COMPRESSION_FLAGS,
  type CompressionType,
  compressBody,
  decodeRecord,
  decompressBody,
  loadCompression,
  MAX_COMPRESSION_LEVEL,
  recordSize,
  writeRecord
} from '@rocketmq-ts/remoting/wire'
import { recordedReleases } from '../../packages/remoting/test/golden/fixtures'
import { describeWithJava, runJava } from './java/java-programs'

interface Compressed {
  readonly type: CompressionType
  readonly level: number
  readonly name: string
  readonly body: Buffer
}

const types = Object.keys(COMPRESSION_FLAGS) as CompressionType[]
const bodies: Readonly<Record<string, Buffer>> = {
  'one byte': Buffer.from('x'),
  'JSON in Chinese': Buffer.from('{"id":"o-1","note":"订单 🍣"}'.repeat(300)),
  'only zeros': Buffer.alloc(300_000),
  'text of 1 MiB': Buffer.from('The quick brown fox. '.repeat(50_000)),
  ...Object.fromEntries([1, 2, 3].map((seed) => [`noise and text, seed ${seed}`, mixed(seed)]))
}

const cases: readonly Compressed[] = types.flatMap((type) =>
  [1, 5, 9].flatMap((level) => Object.entries(bodies).map(([name, body]) => ({ type, level, name, body })))
)

for (const release of recordedReleases) {
  describeWithJava(release)(`bodies compressed by ${release} and by us`, () => {
    beforeAll(async () => {
      await loadCompression('zstd')
    })

    it('we read what Java compressed', async () => {
      const compressed = ask(
        release,
        cases.map(({ type, level, body }) => ({ type, level, compressHex: body.toString('hex') }))
      )
      for (const [at, { type, level, name, body }] of cases.entries()) {
        const read = await decompressBody(recordOf(type, compressed[at] ?? Buffer.alloc(0)))
        expect([type, level, name, hash(read)]).toEqual([type, level, name, hash(body)])
      }
    }, 120_000)

    it('Java reads what we compressed', async () => {
      const ours = await Promise.all(
        cases.map(async ({ type, level, body }) => compressBody(body, MAX_COMPRESSION_LEVEL[type] === 0 ? { type } : { type, level }))
      )
      const read = ask(
        release,
        cases.map(({ type }, at) => ({ type, decompressHex: ours[at]?.toString('hex') }))
      )
      for (const [at, { type, level, name, body }] of cases.entries()) {
        expect([type, level, name, hash(read[at] ?? Buffer.alloc(0))]).toEqual([type, level, name, hash(body)])
      }
    }, 120_000)
  })
}

function ask(release: string, requests: readonly object[]): readonly Buffer[] {
  const output = runJava(release, 'rocketmqts.CompressedBodies', requests.map((request) => `${JSON.stringify(request)}\n`).join(''))
  const answers = output.split('\n').filter(Boolean)
  return answers.map((line) => {
    const { hex, failure } = JSON.parse(line) as { readonly hex?: string; readonly failure?: string }
    if (hex === undefined) throw new Error(`Java: ${failure}`)
    return Buffer.from(hex, 'hex')
  })
}

function recordOf(type: CompressionType, body: Buffer) {
  const host = { host: '127.0.0.1', port: 1 }
  const content = { topic: 'T', queueId: 0, flag: 0, sysFlag: COMPRESSION_FLAGS[type], bornTimestamp: 0, bornHost: host, storeHost: host }
  const record = { ...content, reconsumeTimes: 0, preparedTransactionOffset: 0, body, properties: Buffer.alloc(0) }
  const target = Buffer.alloc(recordSize(record))
  writeRecord(target, 0, record, { queueOffset: 0, physicalOffset: 0, storeTimestamp: 0 })
  return decodeRecord(target)
}

function mixed(seed: number): Buffer {
  const noise = createHash('shake256', { outputLength: 20_000 }).update(String(seed)).digest()
  return Buffer.concat([noise, Buffer.from('order '.repeat(10 + (seed % 5000))), noise.subarray(0, 5000)])
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}
