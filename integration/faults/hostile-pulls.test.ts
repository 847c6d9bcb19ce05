import { deflateSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { bytes, type Client, DecodeError, defineTopic, type Message, type PushConsumer } from '@rocketmq-ts/client'
import { CodedError, ProtocolError } from 'net-ts-protocol-kit'
import { answerTo, Code, type Frame } from '../contract/tap/frame'
import { answer, HostileCluster, pulled, type Reply } from './support/hostile-cluster'
import { int32 } from './support/raw-frames'
import { COMPRESSED_BY_ZLIB, RecordAt, recordAt, withInt32 } from './support/records'

const MIB = 1024 * 1024
const Orders = defineTopic('orders', bytes())

let cluster: HostileCluster

beforeEach(async () => {
  cluster = await HostileCluster.start()
})

afterEach(() => cluster.close())

/** Answers pulls from an offset on with `records`, and holds those behind them. */
function serve(records: readonly Buffer[]): void {
  cluster.script(Code.PULL_MESSAGE, (request) => {
    const offset = Number(request.fields['queueOffset'])
    if (request.fields['topic'] !== 'orders' || offset >= records.length) return 'silence'
    return answer(request, 0, pulled(records.length), Buffer.concat(records.slice(offset)))
  })
}

/** What a push consumer was given and what it told. */
interface Consumed {
  readonly client: Client
  readonly consumer: PushConsumer
  readonly bodies: string[]
  readonly troubled: Array<{ readonly error: unknown; readonly failures: number }>
  readonly failed: Array<{ readonly message: Message; readonly error: unknown }>
  readonly sentBack: Message[]
}

async function consume(): Promise<Consumed> {
  const { value: client, error } = await cluster.outcome(cluster.connect())
  if (client === undefined) throw error
  const bodies: string[] = []
  const consumer = client.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, (message) => {
    bodies.push(message.value.toString())
  })
  const consumed: Consumed = { client, consumer, bodies, troubled: [], failed: [], sentBack: [] }
  consumer.events.on('troubled', ({ error, failures }) => void consumed.troubled.push({ error, failures }))
  consumer.events.on('handlerFailed', (event) => void consumed.failed.push(event))
  consumer.events.on('sentBack', ({ message }) => void consumed.sentBack.push(message))
  await cluster.clock.advance(5000)
  return consumed
}

/** Offsets from which the queue was pulled, in order. */
const pulledFrom = (): readonly number[] =>
  cluster.requests
    .filter(({ code, fields }) => code === Code.PULL_MESSAGE && fields['topic'] === 'orders')
    .map(({ fields }) => Number(fields['queueOffset']))

const good = (offset: number): Buffer => recordAt(offset, `body-${offset}`)

describe('a batch of sound records', () => {
  it('is handed to the handler, so that those below fail for what is broken in them', async () => {
    serve([good(0), good(1), good(2)])
    const { bodies, troubled } = await consume()
    expect(bodies).toEqual(['body-0', 'body-1', 'body-2'])
    expect(troubled).toEqual([])
  })

  it('whose body is compressed is handed over decompressed', async () => {
    serve([recordAt(0, deflateSync('a'.repeat(10_000)), COMPRESSED_BY_ZLIB)])
    expect((await consume()).bodies).toEqual(['a'.repeat(10_000)])
  })
})

describe('a record in the middle of a batch', () => {
  const broken: ReadonlyArray<readonly [name: string, record: Buffer]> = [
    ['with another magic number', withInt32(good(1), RecordAt.MAGIC, 0x1234_5678)],
    ['of 0 bytes', withInt32(good(1), RecordAt.TOTAL, 0)],
    ['of -1 bytes', withInt32(good(1), RecordAt.TOTAL, -1)],
    ['of 2^31 - 1 bytes', withInt32(good(1), RecordAt.TOTAL, 2 ** 31 - 1)],
    ['of one byte less than it has', withInt32(good(1), RecordAt.TOTAL, good(1).length - 1)],
    ['whose body is longer than it', withInt32(good(1), RecordAt.BODY_LENGTH, 1000)],
    ['whose body has -1 bytes', withInt32(good(1), RecordAt.BODY_LENGTH, -1)],
    ['whose body has 2^31 - 1 bytes', withInt32(good(1), RecordAt.BODY_LENGTH, 2 ** 31 - 1)],
    ['that is garbage', Buffer.alloc(100, 0xee)]
  ]

  it.each(broken)(
    '%s is not skipped: those before it are handled, it is asked for again, and the consumer says so',
    async (_name, record) => {
      serve([good(0), record, good(2)])
      const { bodies, troubled, consumer } = await consume()
      expect(bodies).toEqual(['body-0'])
      expect(new Set(pulledFrom())).toEqual(new Set([0, 1]))
      expect(troubled.length).toBeGreaterThan(1)
      for (const { error } of troubled) expect(error).toBeInstanceOf(ProtocolError)
      expect(troubled.map(({ failures }) => failures)).toEqual(troubled.map((_, index) => index + 1))
      const [queue] = consumer.health().queues
      expect(queue).toMatchObject({ position: 1 })
      expect(cluster.log.important.filter(({ message }) => message.startsWith('reading '))).toHaveLength(1)
    }
  )

  it('that is broken is asked for with growing pauses, not in a tight loop', async () => {
    serve([good(0), withInt32(good(1), RecordAt.MAGIC, 0)])
    await consume()
    await cluster.clock.advance(55_000)
    expect(pulledFrom().length).toBeLessThan(60)
  })

  it('that is broken and later whole is handled then, and all behind it', async () => {
    serve([good(0), withInt32(good(1), RecordAt.MAGIC, 0), good(2)])
    const { bodies } = await consume()
    serve([good(0), good(1), good(2)])
    await cluster.clock.advance(10_000)
    expect(bodies).toEqual(['body-0', 'body-1', 'body-2'])
  })

  it('that is broken ends the loop of a pull consumer with a typed error, after the batch before it', async () => {
    serve([good(0), withInt32(good(1), RecordAt.MAGIC, 0), good(2)])
    const { value: client } = await cluster.outcome(cluster.connect())
    const consumer = client?.pullConsumer({ group: 'totals', subscriptions: [{ topic: Orders }] })
    const bodies: string[] = []
    const loop = (async () => {
      if (consumer !== undefined) for await (const batch of consumer) for (const message of batch) bodies.push(message.value.toString())
    })()
    const { error } = await cluster.outcome(loop)
    expect(bodies).toEqual(['body-0'])
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error).toMatchObject({ facts: { field: expect.any(String) } })
  })
})

describe('a message whose body is damaged', () => {
  const bomb = deflateSync(Buffer.alloc(64 * MIB))
  const damaged: ReadonlyArray<readonly [name: string, record: Buffer, cause: string]> = [
    ['by another checksum', withInt32(good(1), RecordAt.CRC, 1), 'BODY_CRC_MISMATCH'],
    ['by compression that is none', recordAt(1, 'not compressed', COMPRESSED_BY_ZLIB), 'BODY_BROKEN'],
    ['by compression that is cut off', recordAt(1, deflateSync('a'.repeat(1000)).subarray(0, 10), COMPRESSED_BY_ZLIB), 'BODY_BROKEN'],
    ['by being a bomb of 64 MiB', recordAt(1, bomb, COMPRESSED_BY_ZLIB), 'BODY_TOO_LARGE']
  ]

  it.each(damaged)(
    '%s is never given to the handler but back to the broker, with the reason; the others are handled',
    async (_name, record, cause) => {
      serve([good(0), record, good(2)])
      const { bodies, failed, sentBack, troubled } = await consume()
      await cluster.until(() => bodies.length === 2 && sentBack.length === 1)
      expect(bodies).toEqual(['body-0', 'body-2'])
      expect(troubled).toEqual([])
      expect(failed).toHaveLength(1)
      const [{ error } = { error: undefined }] = failed
      expect(error).toBeInstanceOf(DecodeError)
      expect(error).toMatchObject({ code: 'DECODE_FAILED', message: expect.stringContaining('orders') })
      expect((error as DecodeError).cause).toMatchObject({ code: cause })
      expect(sentBack.map(({ queueOffset }) => queueOffset)).toEqual([1])
      expect(cluster.count(Code.CONSUMER_SEND_MSG_BACK)).toBe(1)
    }
  )

  it('is larger than this client allows when it says so', async () => {
    serve([recordAt(0, deflateSync(Buffer.alloc(2000, 0x61)), COMPRESSED_BY_ZLIB)])
    const { value: client } = await cluster.outcome(cluster.connect({ maxBodyBytes: 1000 }))
    const errors: unknown[] = []
    const consumer = client?.pushConsumer({ group: 'billing', subscriptions: [{ topic: Orders }] }, () => {})
    consumer?.events.on('handlerFailed', ({ error }) => void errors.push(error))
    await cluster.clock.advance(5000)
    expect(errors).toHaveLength(1)
    expect((errors[0] as Error).cause).toMatchObject({ code: 'BODY_TOO_LARGE', facts: { maxBytes: 1000 } })
  })
})

describe('an answer to a pull', () => {
  const strange: ReadonlyArray<readonly [name: string, reply: (request: Frame) => Reply]> = [
    ['without its header', (request) => answerTo(request, 0)],
    ['whose next offset is a word', (request) => answerTo(request, 0, { ...pulled(1), nextBeginOffset: 'next' })],
    ['whose next offset is 2^63 - 1', (request) => answerTo(request, 0, { ...pulled(1), nextBeginOffset: '9223372036854775807' })],
    ['with a frame of 2^31 - 1 bytes', () => int32(2 ** 31 - 1)],
    ['with a code that nobody knows', (request) => answerTo(request, 12_345)],
    ['that is the end of the connection', () => 'close']
  ]

  it.each(strange)('%s is told, asked for again with growing pauses, and moves nothing', async (_name, reply) => {
    cluster.script(Code.PULL_MESSAGE, (request) => (request.fields['topic'] === 'orders' ? reply(request) : 'silence'))
    const { bodies, troubled } = await consume()
    await cluster.clock.advance(55_000)
    expect(bodies).toEqual([])
    expect(troubled.length).toBeGreaterThan(2)
    for (const { error } of troubled) expect(error).toBeInstanceOf(CodedError)
    expect(new Set(pulledFrom())).toEqual(new Set([0]))
    expect(pulledFrom().length).toBeLessThan(100)
  })

  it('that brings nothing at once, for ever, is not asked for in a tight loop', async () => {
    cluster.script(Code.PULL_MESSAGE, (request) => answerTo(request, 19, pulled(0)))
    await consume()
    await cluster.clock.advance(55_000)
    expect(pulledFrom().length).toBeLessThan(200)
  })

  it('that moves the offset to and fro, for ever, is not asked for in a tight loop', async () => {
    cluster.script(Code.PULL_MESSAGE, (request) => {
      const offset = Number(request.fields['queueOffset'])
      return answerTo(request, 21, pulled(offset === 0 ? 1000 : 0))
    })
    await consume()
    await cluster.clock.advance(55_000)
    expect(pulledFrom().length).toBeLessThan(200)
  })

  it('of endless messages is taken only as fast as they are handled', async () => {
    cluster.script(Code.PULL_MESSAGE, (request) => {
      const offset = Number(request.fields['queueOffset'])
      if (request.fields['topic'] !== 'orders') return 'silence'
      const records = Array.from({ length: 32 }, (_, index) => good(offset + index))
      return answer(request, 0, pulled(offset + 32, 2 ** 40), Buffer.concat(records))
    })
    const { value: client } = await cluster.outcome(cluster.connect())
    const consumer = client?.pushConsumer(
      { group: 'billing', subscriptions: [{ topic: Orders }], concurrency: 4 },
      () => new Promise(() => {})
    )
    await cluster.clock.advance(60_000)
    const [queue] = consumer?.health().queues ?? []
    expect(queue?.pending).toBeGreaterThanOrEqual(1000)
    expect(queue?.pending).toBeLessThanOrEqual(1000 + 32)
    expect(consumer?.health().handlers).toBe(4)
  })
})
