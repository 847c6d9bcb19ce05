import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { humanLines } from '../../src/inspector/human-lines'
import { Inspection } from '../../src/inspector/inspection'
import { jsonLine } from '../../src/inspector/json-line'
import type { SeenAnswer, WireEvent } from '../../src/inspector/wire-event'
import { encodeBatch, encodeCommand, MessageSysFlag, type OutgoingCommand, RequestCode } from '../../src/wire/index'
import { eventsIn, golden, inspectionOptions, linesIn, type Wanted } from './captured'

const head = { language: 'GO', version: 513, opaque: 1, flag: 0, serializeType: 'JSON' } as const

function frame(command: Partial<OutgoingCommand> & { readonly code: number }): Buffer {
  return encodeCommand({ ...head, ...command })
}

const fields = (values: Record<string, string>): ReadonlyMap<string, string> => new Map(Object.entries(values))
const send = (values: Record<string, string>, body: Buffer): Buffer =>
  frame({ code: RequestCode.SEND_MESSAGE_V2.code, fields: fields(values), body })

describe('an inspected connection', () => {
  it('measures the time between a request and its answer', () => {
    const events: WireEvent[] = []
    const inspection = new Inspection(inspectionOptions(), (event) => events.push(event))
    inspection.push('to-server', golden('GET_MAX_OFFSET', 'request'), { time: 1_700_000_000_000, monotonicMs: 10 })
    inspection.push('to-client', golden('GET_MAX_OFFSET', 'response'), { time: 1_700_000_000_003, monotonicMs: 12.5 })
    expect(events[1]).toMatchObject({ type: 'answer', answered: { name: 'GET_MAX_OFFSET', latencyMs: 2.5 } })
    const lines = events.flatMap((event) => humanLines(event, { maxBodyBytes: 10, isFull: false }))
    expect(lines[0]).toMatch(/^22:13:20\.000 #1 → GET_MAX_OFFSET/)
    expect(lines[2]).toMatch(/^22:13:20\.003 #1 ← SUCCESS to GET_MAX_OFFSET orders after 2\.5 ms/)
  })

  it('matches answers by number and direction, however they are mixed', () => {
    const ask = (opaque: number, queueId: string): Buffer =>
      frame({ code: RequestCode.GET_MAX_OFFSET.code, opaque, fields: fields({ topic: `t-${opaque}`, queueId }) })
    const answer = (opaque: number): Buffer => frame({ code: 0, flag: 1, opaque })
    const events: WireEvent[] = []
    const inspection = new Inspection(inspectionOptions(), (event) => events.push(event))
    // The server asks the client under the same number.
    inspection.push('to-client', frame({ code: 39, opaque: 2 }))
    inspection.push('to-server', Buffer.concat([ask(1, '0'), ask(2, '1')]))
    inspection.push('to-client', Buffer.concat([answer(2), answer(1), answer(1)]))
    inspection.push('to-server', answer(2))
    const answers = events.filter((event): event is SeenAnswer => event.type === 'answer')
    expect(answers.map(({ answered }) => [answered?.code, answered?.topic])).toEqual([
      [30, 't-2'],
      [30, 't-1'],
      [undefined, undefined],
      [39, undefined]
    ])
  })

  it('names requests without an answer, not the one-way ones, and only the first of many', () => {
    const ask = (opaque: number, flag = 0): Buffer =>
      frame({ code: RequestCode.GET_MAX_OFFSET.code, opaque, flag, fields: fields({ topic: 't', queueId: '1' }) })
    expect(linesIn([ask(1), ask(2, 2)]).slice(-1)).toEqual(['@0 #1 → GET_MAX_OFFSET of topic t was not answered'])
    const many = linesIn(Array.from({ length: 14 }, (_, opaque) => ask(opaque)))
    expect(many.slice(-11).filter((line) => line.includes('was not answered'))).toHaveLength(10)
    expect(many.slice(-1)).toEqual([expect.stringContaining('4 more requests were not answered')])
  })

  it('keeps a bounded number of requests in mind, and says of which it has let go', () => {
    const texts: string[] = []
    const inspection = new Inspection(inspectionOptions(), (event) => {
      if (event.type === 'problem') texts.push(event.text)
    })
    for (let opaque = 0; opaque <= 4096; opaque++)
      inspection.push('to-server', frame({ code: 105, opaque, fields: fields({ topic: 'orders' }) }))
    expect(texts).toEqual(['GET_ROUTEINFO_BY_TOPIC of topic orders was not answered before others of its number or too many others'])
  })

  it('says where a frame is broken, and goes on with the next', () => {
    const broken = golden('GET_MAX_OFFSET', 'request', 'ROCKETMQ')
    broken.writeInt32BE(0x7fffffff, 25 + broken.readInt32BE(21))
    const events = eventsIn([Buffer.concat([broken, golden('HEART_BEAT', 'request')])])
    expect(events.map((event) => [event.type, 'offset' in event ? event.offset : -1]).slice(0, 2)).toEqual([
      ['problem', 0],
      ['request', broken.length]
    ])
    expect(events[0]).toMatchObject({ problem: 'broken-frame', text: expect.stringMatching(/^a frame that cannot be read: /) })
  })

  it('names the request of a frame that is cut after its header', () => {
    const whole = golden('SEND_MESSAGE_V2', 'request')
    expect(linesIn([whole.subarray(0, whole.length - 2)])[0]).toBe(
      `@0 #1 · the stream ends within a frame: ${whole.length - 2} of ${whole.length} bytes are there, the request SEND_MESSAGE_V2 with opaque 7`
    )
  })

  it('hides keys, signatures and passwords unless they are asked for, and what else it is told to hide', () => {
    const secrets = { AccessKey: 'key-1', Signature: 'sig-1', SecurityToken: 'token-1', topic: 'orders', queueId: '1' }
    const ask = frame({ code: RequestCode.GET_MAX_OFFSET.code, fields: fields(secrets) })
    const users = frame({
      code: RequestCode.LOCK_BATCH_MQ.code,
      opaque: 2,
      body: Buffer.from('{"user":{"password":"pw-1"},"clientId":"c-1"}')
    })
    const message = send({ b: 'orders', i: 'cardNumber\u0001card-1\u0002TAGS\u0001a\u0002' }, Buffer.from('x'))
    const printed = (wanted: Wanted): string =>
      eventsIn([ask, users, message], { bodies: 'full', ...wanted })
        .flatMap((event) => [...humanLines(event, { maxBodyBytes: 1000, isFull: true }), jsonLine(event, 1000)])
        .join('\n')
    expect(printed({})).not.toMatch(/key-1|sig-1|token-1|pw-1/)
    expect(printed({})).toMatch(/AccessKey=<redacted>.*card-1/s)
    expect(printed({ redaction: { names: ['cardnumber', 'TAGS'] } })).not.toMatch(/card-1|"tags":"a"/)
    expect(printed({ redaction: { showSecrets: true } })).toMatch(/key-1.*sig-1.*token-1.*pw-1/s)
  })

  it('prints bodies of messages and of unknown requests only when asked to', () => {
    const secret = Buffer.from('{"note":"private"}')
    const batch = encodeBatch([{ flag: 0, body: secret, properties: Buffer.alloc(0) }])
    const chunks = [
      send({ b: 'orders' }, secret),
      frame({ code: RequestCode.SEND_BATCH_MESSAGE.code, opaque: 2, fields: fields({ b: 'orders' }), body: batch }),
      frame({ code: 9999, opaque: 3, body: secret }),
      frame({ code: 0, flag: 1, opaque: 4, body: secret }),
      golden('PULL_MESSAGE', 'request'),
      golden('PULL_MESSAGE', 'response')
    ]
    const printed = (bodies: 'summary' | 'full'): string =>
      eventsIn(chunks, { bodies })
        .flatMap((event) => [...humanLines(event, { maxBodyBytes: 1000, isFull: bodies === 'full' }), jsonLine(event, 1000)])
        .join('\n')
    expect(printed('summary')).not.toMatch(/private|\{\\?"id/)
    expect(printed('full').match(/private/g)?.length).toBeGreaterThanOrEqual(8)
  })

  it('decompresses bodies that it prints, in bounds, and shows others as they are', () => {
    const [pull] = eventsIn([golden('PULL_MESSAGE', 'response')], { bodies: 'full' })
    expect(pull).toMatchObject({ body: { kind: 'messages', messages: [{ content: { text: '{"id":"o-0"}' } }, {}] } })
    const [sent] = eventsIn([send({ b: 'orders', f: String(MessageSysFlag.COMPRESSED) }, Buffer.of(0x78, 0xda, 0xff))], { bodies: 'full' })
    expect(sent).toMatchObject({ body: { messages: [{ compression: 'zlib', content: { form: 'hex', text: '78daff' } }] } })
  })

  it('cuts text at a whole character', () => {
    const [sent] = eventsIn([send({ b: 'orders' }, Buffer.from('订单🍣'))], { bodies: 'full', maxBodyBytes: 8 })
    expect(sent).toMatchObject({ body: { messages: [{ content: { form: 'text', text: '订单', bytes: 10, isCut: true } }] } })
  })

  it('tells records up to the broken one', () => {
    const answer = golden('PULL_MESSAGE', 'response')
    const cut = Buffer.from(answer.subarray(0, answer.length - 3))
    cut.writeInt32BE(cut.length - 4, 0)
    const lines = linesIn([golden('PULL_MESSAGE', 'request'), cut]).slice(-3)
    expect(lines).toEqual([
      expect.stringContaining('suggestWhichBrokerId=0'),
      expect.stringMatching(/^ {4}message orders\/1@4711 tags=created keys=o-0 /),
      expect.stringMatching(/record at \d+ of the body: broken message record/)
    ])
  })

  it('says that a body is not what it should be', () => {
    const heartbeat = frame({ code: RequestCode.HEART_BEAT.code, body: Buffer.from('{"clientID":7,"consumerDataSet":3}') })
    expect(linesIn([heartbeat])).toContain('    consumerDataSet is not a list')
    expect(linesIn([frame({ code: RequestCode.LOCK_BATCH_MQ.code, body: Buffer.from('{"a":') })])[2]).toMatch(/at|end|missing|text/)
  })

  it('throws nothing and prints every event, whatever the bytes', () => {
    const names = [
      'HEART_BEAT',
      'PULL_MESSAGE',
      'SEND_BATCH_MESSAGE',
      'SEND_MESSAGE_V2',
      'REGISTER_BROKER',
      'GET_ROUTEINFO_BY_TOPIC',
      'LOCK_BATCH_MQ'
    ]
    const frames = names.flatMap((name) => [
      golden(name, 'request'),
      golden(name, 'response', 'ROCKETMQ'),
      golden(name, 'request', 'ROCKETMQ', 'unicode')
    ])
    const change = fc.tuple(fc.nat(), fc.nat(255))
    const mutated = fc.tuple(fc.constantFrom(...frames), fc.array(change, { maxLength: 6 })).map(([one, changes]) => {
      const bytes = Buffer.from(one)
      for (const [at, byte] of changes) bytes[8 + (at % (bytes.length - 8))] = byte
      return bytes
    })
    const property = fc.property(fc.array(mutated, { maxLength: 4 }), fc.boolean(), (chunks, isFull) => {
      for (const event of eventsIn([...chunks, golden('HEART_BEAT', 'request')], { bodies: isFull ? 'full' : 'summary' })) {
        for (const line of humanLines(event, { maxBodyBytes: 100, isFull })) expect(line).not.toContain('\n')
        expect(JSON.parse(jsonLine(event, 100))).toMatchObject({ type: event.type })
      }
    })
    fc.assert(property, runs(300))
  })
})
