import { describe, expect, it } from '@jest/globals'
import { humanLines } from '../../src/inspector/human-lines'
import { coloured } from '../../src/inspector/paint'
import { encodeCommand, RequestCode, ResponseCode } from '../../src/wire/index'
import { eventsIn, golden, linesIn } from './captured'

const exchange = (name: string): Buffer[] => [golden(name, 'request'), golden(name, 'response', 'ROCKETMQ')]

describe('lines for a person', () => {
  it('put the brokers and queues of a route under its answer, and the answer to its request', () => {
    const [request = Buffer.alloc(0), answer = Buffer.alloc(0)] = exchange('GET_ROUTEINFO_BY_TOPIC')
    expect(linesIn([request, answer])).toEqual([
      `@0 #1 → GET_ROUTEINFO_BY_TOPIC opaque 7, JAVA 5.5.0 JSON, ${request.length} B`,
      '    bname=broker-a  topic=orders  acceptStandardJsonOnly=false',
      `@${request.length} #1 ← SUCCESS to GET_ROUTEINFO_BY_TOPIC orders (asked @0) opaque 7, ${answer.length} B`,
      '    route broker-a of DefaultCluster: 0=10.9.8.7:10911, 1=10.9.8.7:10911-2, 8 read and 8 write queues RW-',
      '    route broker-a-2 of DefaultCluster-2: 0=10.9.8.7:10911, 1=10.9.8.7:10911-2, 9 read and 9 write queues RWX'
    ])
  })

  it('name the brokers of a cluster', () => {
    expect(linesIn(exchange('GET_BROKER_CLUSTER_INFO')).slice(-2)).toEqual([
      '    broker broker-a of DefaultCluster: 0=10.9.8.7:10911, 1=10.9.8.7:10911-2',
      '    broker broker-a-2 of DefaultCluster-2: 0=10.9.8.7:10911, 1=10.9.8.7:10911-2'
    ])
  })

  it('name the groups and subscriptions of a heartbeat', () => {
    expect(linesIn([golden('HEART_BEAT', 'request')]).slice(2, 5)).toEqual([
      expect.stringMatching(/^ {4}heartbeat of \S+, producers: \S+, \S+$/),
      '    consumer billing BROADCASTING CONSUME_ACTIVELY: orders [created || paid], orders-2 [TAG-2: created || paid-2]',
      '    consumer billing-2 BROADCASTING CONSUME_ACTIVELY: orders [created || paid], orders-2 [TAG-2: created || paid-2]'
    ])
  })

  it('say what a send carries, by the long names of its fields, and nothing of the body but its size', () => {
    const lines = linesIn([golden('SEND_MESSAGE_V2', 'request')])
    expect(lines[1]).toMatch(/^ {4}producerGroup=shop {2}topic=orders {2}.* {2}properties=\{KEYS=o-1 TAGS=created WAIT=true\} {2}/)
    expect(lines[2]).toBe('    message orders/1 tags=created keys=o-1 transaction=prepared 5 B')
    expect(lines.join()).not.toContain('hello')
  })

  it('tell the messages of a batch and of a pull one by one', () => {
    expect(linesIn([golden('SEND_BATCH_MESSAGE', 'request')]).slice(2, 5)).toEqual([
      expect.stringMatching(/^ {4}2 messages, \d+ B$/),
      '      orders tags=created keys=o-0 12 B',
      '      orders tags=created keys=o-1 12 B'
    ])
    expect(linesIn(exchange('PULL_MESSAGE')).slice(-3)).toEqual([
      expect.stringMatching(/^ {4}2 messages, \d+ B$/),
      '      orders/1@4711 tags=created keys=o-0 offsetMsgId=0A09080700002A9F0000000000100000 12 B',
      '      orders/1@4710 tags=created keys=o-1 offsetMsgId=0A09080700002A9F00000000000FFFFF reconsumed=1 12 B'
    ])
  })

  it('count the messages that are too many to be told', () => {
    const lines = linesIn(exchange('PULL_MESSAGE'), { maxMessages: 1 }).slice(-3)
    expect(lines).toEqual([expect.stringMatching(/^ {4}2 messages, \d+ B$/), expect.stringContaining('keys=o-0'), '      … and 1 more'])
  })

  it('print bodies and properties of messages when asked for them', () => {
    expect(linesIn(exchange('PULL_MESSAGE'), { bodies: 'full', maxBodyBytes: 6 }).slice(-3)).toEqual([
      expect.stringContaining('keys=o-1'),
      '        customer=customer-7',
      '        {"id": … (12 B in all)'
    ])
  })

  it('print JSON on one line in short and on many in full', () => {
    expect(linesIn(exchange('LOCK_BATCH_MQ')).slice(-1)).toEqual([
      expect.stringMatching(/^ {4}body \{"lockOKMQSet":\[\{"brokerName":"broker-a","queueId":1,"topic":"orders"\},.*\]\}$/)
    ])
    expect(linesIn(exchange('LOCK_BATCH_MQ'), { bodies: 'full' })).toContain('          "brokerName": "broker-a",')
    expect(linesIn(exchange('LOCK_BATCH_MQ'), { bodies: 'full', maxBodyBytes: 5 }).slice(-2)).toEqual([
      '    {',
      expect.stringMatching(/^ {6}"… \(\d+ characters\)$/)
    ])
  })

  it('say nothing of bodies when none are wanted', () => {
    expect(linesIn([golden('HEART_BEAT', 'request')], { bodies: 'none' }).slice(2)).toEqual([
      expect.stringMatching(/^ {4}body of \d{4} B$/),
      expect.stringContaining('not answered')
    ])
  })

  it('count the topics of a registration, compressed or not', () => {
    const plain = linesIn([golden('REGISTER_BROKER', 'request')])
    const compressed = linesIn([golden('REGISTER_BROKER', 'request', 'JSON', 'plain-compressed')])
    expect([plain[2], compressed[2]]).toEqual(
      Array(2).fill(expect.stringMatching(/^ {4}registers 2 topics: orders(?:-2)?, orders(?:-2)?$/))
    )
  })

  it('mark what is one-way, and what a server asks of a client', () => {
    expect(linesIn([golden('NOTIFY_CONSUMER_IDS_CHANGED', 'request')])[0]).toMatch(
      /^@0 #1 ← NOTIFY_CONSUMER_IDS_CHANGED one-way opaque 7, JAVA 5\.5\.0 JSON, \d+ B$/
    )
  })

  it('give an error its name, number and remark', () => {
    const request = encodeCommand({
      ...head,
      code: RequestCode.GET_MAX_OFFSET.code,
      fields: new Map([
        ['topic', 'orders'],
        ['queueId', '1']
      ])
    })
    const answer = encodeCommand({ ...head, code: ResponseCode.TOPIC_NOT_EXIST, flag: 1, remark: 'no such topic' })
    expect(linesIn([request, answer]).slice(-1)).toEqual([
      expect.stringMatching(/ ← TOPIC_NOT_EXIST \(17\) to GET_MAX_OFFSET orders \(asked @0\) opaque 3, \d+ B no such topic$/)
    ])
  })

  it('give codes that nobody has by number, and say what is wrong with a header', () => {
    const unknown = encodeCommand({ ...head, code: 9999, version: 499, body: Buffer.from('{"a":1}') })
    expect(linesIn([unknown]).slice(0, 2)).toEqual([
      expect.stringMatching(/· request 9999 opaque 3, GO version 499 JSON/),
      '    body of 7 B'
    ])
    const incomplete = encodeCommand({ ...head, code: RequestCode.GET_MAX_OFFSET.code, fields: new Map([['topic', 'orders']]) })
    expect(linesIn([incomplete])[2]).toMatch(/queueId is missing/)
    expect(linesIn([encodeCommand({ ...head, code: 4711, flag: 1 })])[0]).toMatch(/· response 4711 to a request that was not seen/)
  })

  it('let nothing from the wire reach a terminal that it would obey', () => {
    const evil = '\u001b]0;title\u0007\u202e\u009b2J\n'
    const request = encodeCommand({
      ...head,
      code: RequestCode.GET_MAX_OFFSET.code,
      remark: evil,
      fields: new Map([
        [evil, evil],
        ['topic', evil]
      ])
    })
    const answer = encodeCommand({ ...head, code: 1, flag: 1, remark: evil, body: Buffer.from(evil) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that must not come out.
    for (const line of linesIn([request, answer], { bodies: 'full' })) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/)
  })

  it('are coloured only when they are to be', () => {
    const [event] = eventsIn([golden('HEART_BEAT', 'request')])
    if (event === undefined) throw new Error('nothing was seen')
    const options = { maxBodyBytes: 10, isFull: false }
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the colours.
    const codes = /\u001b\[\d+m/g
    const inColour = humanLines(event, { ...options, paint: coloured })
    expect(inColour[0]).toMatch(codes)
    expect(inColour.map((line) => line.replaceAll(codes, ''))).toEqual(humanLines(event, options))
  })
})

const head = { language: 'GO', version: 513, opaque: 3, flag: 0, serializeType: 'JSON' } as const
