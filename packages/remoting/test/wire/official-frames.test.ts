import { describe, expect, it } from '@jest/globals'
import { decodeCommand, encodeCommand, headerOf, ReleaseVersion, RequestCode } from '../../src/wire/index'
import { jsonFrame, officialValue, officialValues } from './official-samples'

const RELEASES = ['4.9.7', '5.5.0'] as const
const ENCODINGS = ['JSON', 'ROCKETMQ'] as const

function officialFrame(name: string, release: string): Buffer {
  return Buffer.from(officialValue(name, release), 'hex')
}

describe('frames of the official releases', () => {
  it.each(officialValues('frame.'))('an untouched decode of %s (%s) is written back byte for byte', (_name, _release, hex) => {
    const frame = Buffer.from(hex, 'hex')
    expect(encodeCommand(decodeCommand(frame.subarray(4))).toString('hex')).toBe(hex)
  })

  it.each(officialValues('header.json.'))('an untouched decode of %s (%s) is written back byte for byte', (_name, _release, text) => {
    const frame = jsonFrame(text)
    expect(encodeCommand(decodeCommand(frame)).subarray(8).toString()).toBe(text)
  })

  it.each(ENCODINGS)('a route request in %s reads as its typed header', (encoding) => {
    const command = decodeCommand(officialFrame(`frame.request.GET_ROUTEINFO_BY_TOPIC.${encoding}`, '5.5.0').subarray(4))
    expect(command).toMatchObject({
      code: 105,
      language: 'JAVA',
      version: 479,
      opaque: 7,
      flag: 0,
      remark: undefined,
      serializeType: encoding
    })
    expect([command.isResponse, command.isOneway, command.body.length]).toEqual([false, false, 0])
    expect(headerOf(command, RequestCode.GET_ROUTEINFO_BY_TOPIC.request.header)).toEqual({
      topic: 'TopicTest',
      acceptStandardJsonOnly: true
    })
  })

  const sends = RELEASES.flatMap((release) => ENCODINGS.map((encoding) => [release, encoding] as const))
  it.each(sends)('a send of %s in %s reads as its typed header and is written from it byte for byte', (release, encoding) => {
    const frame = officialFrame(`frame.request.SEND_MESSAGE_V2.${encoding}`, release)
    const received = decodeCommand(frame.subarray(4))
    const { code, language, version, opaque, flag, serializeType, body } = received
    const header = headerOf(received, RequestCode.SEND_MESSAGE_V2.request.header)
    expect(header).toEqual({
      producerGroup: 'PG',
      topic: 'TopicTest',
      defaultTopic: 'TBW102',
      defaultTopicQueueNums: 4,
      queueId: 1,
      sysFlag: 0,
      bornTimestamp: 1700000000000,
      flag: 0,
      properties: release === '4.9.7' ? 'TAGS\u0001TagA' : 'TAGS\u0001TagA\u0002',
      reconsumeTimes: 0,
      unitMode: false,
      batch: false,
      brokerName: 'broker-a'
    })
    expect(body.toString()).toBe('hello')
    const table = RequestCode.SEND_MESSAGE_V2.request.header
    const written = encodeCommand({ code, language, version, opaque, flag, serializeType, table, header, body })
    expect(written.toString('hex')).toBe(frame.toString('hex'))
  })

  it('an error answer keeps its remark, whatever is in it', () => {
    const command = decodeCommand(officialFrame('frame.response.error.ROCKETMQ', '5.5.0').subarray(4))
    expect([command.code, command.isResponse, command.remark, command.fields]).toEqual([17, true, 'no route 主题 "x"', undefined])
    const json = decodeCommand(jsonFrame(officialValue('header.json.response.error', '4.9.7')))
    expect([json.code, json.isResponse, json.remark, json.fields]).toEqual([17, true, 'no route 主题 "x"', undefined])
  })

  it('an empty map of ext fields is not the same as none', () => {
    const oneway = decodeCommand(jsonFrame(officialValue('header.json.oneway', '5.5.0')))
    expect([oneway.isOneway, oneway.fields]).toEqual([true, new Map()])
  })

  it.each([
    ['4.9.7', ReleaseVersion.V4_9_7, 'a\\u007F\\u2028\\u000Bz'],
    ['5.5.0', ReleaseVersion.V5_5_0, 'a\u007f\u2028\\u000bz']
  ])('escapes are written back as %s writes them', (_release, version, text) => {
    const header = `{"code":0,"extFields":{"k":"${text}"},"flag":1,"language":"JAVA","opaque":7,"remark":"${text}","serializeTypeCurrentRPC":"JSON","version":${version}}`
    const command = decodeCommand(jsonFrame(header))
    expect(command.remark).toBe('a\u007f\u2028\u000bz')
    expect(encodeCommand(command).subarray(8).toString()).toBe(header)
  })
})
