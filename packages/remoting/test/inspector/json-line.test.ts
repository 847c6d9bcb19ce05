import { describe, expect, it } from '@jest/globals'
import { jsonLine } from '../../src/inspector/json-line'
import { encodeCommand } from '../../src/wire/index'
import { eventsIn, golden, type Wanted } from './captured'

const parsed = (frames: readonly Buffer[], wanted: Wanted = {}, maxBodyBytes = 1024): readonly unknown[] =>
  eventsIn(frames, wanted).map((event) => JSON.parse(jsonLine(event, maxBodyBytes)))

describe('lines for programs', () => {
  it('have the members that are documented', () => {
    const [request, answer] = parsed([golden('GET_MAX_OFFSET', 'request'), golden('GET_MAX_OFFSET', 'response')])
    expect(request).toEqual({
      type: 'request',
      connection: 1,
      direction: 'to-server',
      offset: 0,
      code: 30,
      name: 'GET_MAX_OFFSET',
      isOneway: false,
      bytes: expect.any(Number),
      opaque: 7,
      language: 'JAVA',
      version: 513,
      encoding: 'JSON',
      fields: expect.objectContaining({ topic: 'orders', queueId: '1' }),
      body: { kind: 'none', bytes: 0 },
      problems: []
    })
    expect(answer).toMatchObject({
      type: 'answer',
      direction: 'to-client',
      code: 0,
      name: 'SUCCESS',
      answered: { code: 30, name: 'GET_MAX_OFFSET', offset: 0, topic: 'orders' },
      fields: { offset: '4096' }
    })
  })

  it('have messages, heartbeats and routes as objects', () => {
    const seen = (...names: readonly string[]): readonly unknown[] => names.flatMap((name) => parsed([golden(name, 'request')])[0])
    const [send, heartbeat] = seen('SEND_MESSAGE_V2', 'HEART_BEAT')
    const [, route] = parsed((['request', 'response'] as const).map((side) => golden('GET_ROUTEINFO_BY_TOPIC', side)))
    expect(send).toMatchObject({
      fields: { producerGroup: 'shop', properties: { TAGS: 'created', KEYS: 'o-1' } },
      body: {
        kind: 'messages',
        count: 1,
        messages: [{ topic: 'orders', queueId: 1, tags: 'created', keys: 'o-1', bodyBytes: 5, transaction: 'prepared' }]
      }
    })
    expect(heartbeat).toMatchObject({
      body: {
        kind: 'heartbeat',
        consumers: [{ group: 'billing', subscriptions: [{ topic: 'orders', expression: 'created || paid', type: 'TAG' }, {}] }, {}]
      }
    })
    expect(route).toMatchObject({
      body: {
        kind: 'route',
        brokers: [{ name: 'broker-a', addresses: { 0: '10.9.8.7:10911' } }, {}],
        queues: [{ broker: 'broker-a', perm: 'RW-' }, {}]
      }
    })
  })

  it('have the JSON of other bodies, as text when it is too long', () => {
    const body = '{"__proto__":{"a":1},"n":9223372036854775807,7:{"x":"ünï"},"password":"p"}'
    const frame = encodeCommand({
      code: 41,
      language: 'GO',
      version: 1,
      opaque: 1,
      flag: 0,
      serializeType: 'JSON',
      body: Buffer.from(body)
    })
    const text = '{"7":{"x":"ünï"},"__proto__":{"a":1},"n":"9223372036854775807","password":"<redacted>"}'
    expect(JSON.stringify(eventsIn([frame])[0])).toContain(text)
    const [cut] = parsed([frame], {}, 12)
    expect(cut).toMatchObject({
      body: { kind: 'json', content: { form: 'text', text: text.slice(0, 12), bytes: Buffer.byteLength(text), isCut: true } }
    })
    expect(cut).not.toHaveProperty('body.value')
  })

  it('tell what is wrong', () => {
    expect(parsed([Buffer.from('what?')])).toMatchObject([
      { type: 'problem', problem: 'not-a-frame', offset: 0, text: expect.stringContaining('length') },
      { type: 'problem', problem: 'skipped-bytes', offset: 0, bytes: 5 }
    ])
  })

  it('are one line of what a terminal does not obey', () => {
    const text = '\u0085\u009b2J\n\u2028\u007f'
    const frame = encodeCommand({ code: 1, language: 'GO', version: 1, opaque: 1, flag: 1, remark: text, serializeType: 'JSON' })
    const line = eventsIn([frame]).map((event) => jsonLine(event, 100))[0] ?? ''
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not come out.
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028]/)
    expect(JSON.parse(line)).toMatchObject({ remark: text })
  })
})
