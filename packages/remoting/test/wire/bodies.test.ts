import { describe, expect, it } from '@jest/globals'
import Long from 'long'
import { bound, objectMap, position, stringMap } from '../../src/wire/body/index'
import { object } from '../../src/wire/body/object-type'
import {
  type BodyType,
  ClusterInfo,
  DataVersion,
  decodeBody,
  encodeBody,
  GetConsumerListByGroupResponseBody,
  HeartbeatData,
  type JsonStyle,
  LockBatchRequestBody,
  LockBatchResponseBody,
  MessageQueue,
  RegisterBrokerBody,
  RequestCode,
  SubscriptionData,
  SubscriptionGroupConfig,
  TopicConfigAndMappingSerializeWrapper,
  TopicQueueMappingDetail,
  TopicQueueMappingInfo,
  TopicRouteData,
  unknownMembers
} from '../../src/wire/index'
import { officialSamples, officialValue } from './official-samples'

const OLD: JsonStyle = { escapes: 'fastjson' }

/** Samples of classes that have a row, each with the style its writer used. */
const KNOWN: ReadonlyArray<readonly [string, BodyType, JsonStyle]> = [
  ['json.TopicRouteData.default', TopicRouteData, {}],
  ['json.TopicRouteData.standard', TopicRouteData, { standard: true }],
  ['json.TopicRouteData.standard.nonAscii', TopicRouteData, { standard: true }],
  ['json.int64.BrowserCompatible', TopicRouteData, { standard: true }],
  ['json.ClusterInfo', ClusterInfo, {}],
  ['json.HeartbeatData', HeartbeatData, {}],
  ['json.LockBatchRequestBody', LockBatchRequestBody, {}],
  ['json.LockBatchResponseBody', LockBatchResponseBody, {}],
  ['json.TopicConfigSerializeWrapper', TopicConfigAndMappingSerializeWrapper, {}],
  ['json.RegisterBrokerBody', RegisterBrokerBody, {}],
  ['json.DataVersion', DataVersion, {}],
  ['json.TopicQueueMappingInfo', TopicQueueMappingInfo, {}],
  ['json.TopicQueueMappingDetail', TopicQueueMappingDetail, {}],
  ['json.GetConsumerListByGroupResponseBody', GetConsumerListByGroupResponseBody, {}],
  ['json.SubscriptionData.all', SubscriptionData, {}],
  ['json.SubscriptionData.sql', SubscriptionData, {}]
]

const rows = KNOWN.flatMap(([name, type, style]) =>
  officialSamples(name)
    .filter((sample) => sample.name === name)
    .flatMap((sample) => sample.values)
    .map(
      ({ value, writtenBy }) =>
        [name, writtenBy.join(', '), type, writtenBy.includes('5.5.0') ? style : { ...OLD, ...style }, value] as const
    )
)

function decode<Body>(type: BodyType<Body>, json: string): Body {
  return decodeBody(type, Buffer.from(json))
}

describe('bodies of the official releases', () => {
  it.each(rows)('an untouched decode of %s (%s) is written back byte for byte', (_name, _release, type, style, json) => {
    expect(encodeBody(type, decode(type, json), style).toString()).toBe(json)
  })

  it('a route reads with numbers as broker ids, in either key form and from every release', () => {
    const expected = {
      queueDatas: [{ brokerName: 'broker-a', perm: 6, readQueueNums: 4, topicSysFlag: 0, writeQueueNums: 4 }],
      brokerDatas: [
        {
          brokerName: 'broker-a',
          cluster: 'DefaultCluster',
          brokerAddrs: new Map([
            [0, '10.9.8.7:10911'],
            [1, '10.9.8.8:10911']
          ])
        }
      ],
      filterServerTable: new Map()
    }
    expect(decode(TopicRouteData, officialValue('json.TopicRouteData.default', '4.9.7'))).toEqual(expected)
    expect(decode(TopicRouteData, officialValue('json.TopicRouteData.standard', '4.9.7'))).toEqual(expected)
    const [brokerData] = decode(TopicRouteData, officialValue('json.TopicRouteData.default', '5.5.0')).brokerDatas
    expect(brokerData).toEqual({ ...expected.brokerDatas[0], enableActingMaster: false })
  })

  it('a route is asked for and answered in the standard form through its row', () => {
    const route = decode(TopicRouteData, officialValue('json.TopicRouteData.default', '5.5.0'))
    const answer = RequestCode.GET_ROUTEINFO_BY_TOPIC.response.body.encode(route, { standard: true })
    expect(answer.toString()).toBe(officialValue('json.TopicRouteData.standard', '5.5.0'))
    expect(JSON.parse(answer.toString())).toHaveProperty('brokerDatas')
  })

  it('a heartbeat reads with its subscriptions, versions as longs', () => {
    const heartbeat = decode(HeartbeatData, officialValue('json.HeartbeatData', '4.9.7'))
    expect(heartbeat).toEqual({
      clientID: '192.168.0.1@12345',
      producerDataSet: [{ groupName: 'PG' }],
      consumerDataSet: [
        {
          groupName: 'CG',
          consumeType: 'CONSUME_PASSIVELY',
          messageModel: 'CLUSTERING',
          consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
          unitMode: false,
          subscriptionDataSet: [
            {
              topic: 'TopicTest',
              subString: 'TagA || TagB',
              tagsSet: ['TagA', 'TagB'],
              codeSet: [2598919, 2598920],
              subVersion: Long.fromNumber(1700000000000),
              expressionType: 'TAG',
              classFilterMode: false
            }
          ]
        }
      ]
    })
    expect(decode(HeartbeatData, officialValue('json.HeartbeatData', '5.5.0'))).toEqual({
      ...heartbeat,
      heartbeatFingerprint: 0,
      withoutSub: false
    })
  })

  it('a subscription version in nanoseconds, as Go clients send it, loses no digit', () => {
    const json = officialValue('json.SubscriptionData.all', '5.5.0').replace('"subVersion":1', '"subVersion":1700000000000000001')
    expect(decode(SubscriptionData, json).subVersion.toString()).toBe('1700000000000000001')
    expect(encodeBody(SubscriptionData, decode(SubscriptionData, json)).toString()).toBe(json)
  })

  it('group settings of both releases read through their class', () => {
    const wrapper = object<{ readonly subscriptionGroupTable: ReadonlyMap<string, SubscriptionGroupConfig> }>('wrapper', {
      subscriptionGroupTable: { type: stringMap(SubscriptionGroupConfig), required: true }
    })
    for (const release of ['4.9.7', '5.3.3', '5.5.0']) {
      const json = officialValue('json.SubscriptionGroupWrapper', release)
      const body = decode(wrapper, json)
      expect(body.subscriptionGroupTable.get('CG')).toMatchObject({ groupName: 'CG', retryMaxTimes: 16, whichBrokerWhenConsumeSlowly: 1 })
      expect(encodeBody(wrapper, body).toString()).toBe(json)
    }
  })

  it('a map by message queue is pairs, read and written with objects as keys', () => {
    const offsets = object<{ readonly offsetTable: ReadonlyArray<readonly [MessageQueue, number]> }>('ResetOffsetBody', {
      offsetTable: { type: objectMap(MessageQueue, position), required: true }
    })
    const json = officialValue('json.ResetOffsetBody', '5.5.0')
    const body = decode(offsets, json)
    expect(body).toEqual({ offsetTable: [[{ topic: 'TopicTest', brokerName: 'broker-a', queueId: 0 }, 5]] })
    expect(encodeBody(offsets, body).toString()).toBe(json)
    expect(decode(offsets, '{"offsetTable":{"{\\"brokerName\\":\\"broker-a\\",\\"queueId\\":0,\\"topic\\":\\"TopicTest\\"}":5}}')).toEqual(
      body
    )
  })

  it.each(['4.9.7', '5.3.3', '5.5.0'])('a repeated instance, which %s may write as a reference, reads as itself', (release) => {
    const { queueDatas } = decode(TopicRouteData, officialValue('json.ref', release))
    expect(queueDatas).toHaveLength(2)
    expect(queueDatas[1]).toEqual(queueDatas[0])
    const stats = object<{ readonly offsetTable: ReadonlyArray<readonly [MessageQueue, unknown]> }>('TopicStatsTable', {
      offsetTable: { type: objectMap(MessageQueue, stringMap(position)), required: true }
    })
    const [first, second] = decode(stats, officialValue('json.ref.mapValue', release)).offsetTable
    expect(first?.[1]).toEqual(new Map(Object.entries({ lastUpdateTimestamp: 0, maxOffset: 0, minOffset: 0 })))
    expect(second?.[1]).toEqual(first?.[1])
  })
})

describe('a body', () => {
  it('keeps members it does not know, in their place', () => {
    const json = '{"aNewOne":{1:[1.50,null,9007199254740993]},"brokerName":"b","queueId":1,"topic":"t","zone":"\u4e3b"}'
    const queue = decode(MessageQueue, json)
    expect(queue).toMatchObject({ topic: 't', brokerName: 'b', queueId: 1 })
    expect(queue[unknownMembers]).toHaveLength(2)
    expect(encodeBody(MessageQueue, queue).toString()).toBe(json)
  })

  it('takes quoted numbers and booleans, bare and quoted keys, ordinals and unknown names of enums', () => {
    const json = `{groupName:'G',consumeType:2,messageModel:"FUTURE_MODEL",unitMode:"true",subscriptionDataSet:[{"topic":"T","codeSet":["3"],}],}`
    expect(decode(HeartbeatData, `{"clientID":"c","consumerDataSet":[${json}]}`).consumerDataSet[0]).toMatchObject({
      consumeType: 'CONSUME_POP',
      messageModel: 'FUTURE_MODEL',
      unitMode: true,
      subscriptionDataSet: [{ topic: 'T', subString: '*', codeSet: [3], tagsSet: [], expressionType: 'TAG', subVersion: Long.ZERO }]
    })
  })

  it.each([
    ['a missing member', '{"brokerName":"b"}', 'topic'],
    ['an int beyond int32', '{"brokerName":"b","topic":"t","queueId":2147483648}', 'queueId'],
    ['a fraction as int', '{"brokerName":"b","topic":"t","queueId":1.5}', 'queueId'],
    ['an object as text', '{"brokerName":{},"topic":"t"}', 'brokerName'],
    ['a list instead of an object', '[]', ''],
    ['nothing', '', ''],
    ['a reference to nothing', '{"brokerName":{"$ref":"$.no"},"topic":"t"}', 'brokerName'],
    ['a reference to itself', '{"brokerName":{"$ref":"$.brokerName"},"topic":"t"}', 'brokerName']
  ])('with %s is refused with the field', (_what, json, field) => {
    const refusal = expect.objectContaining({ code: 'PROTOCOL_ERROR', facts: expect.objectContaining({ field }) })
    expect(() => decode(MessageQueue, json)).toThrow(refusal as unknown as Error)
  })

  it('with a position past 2^53 - 1 is refused, a bound saturates and goes back as the largest long', () => {
    expect(() => decode(DataVersion, '{"counter":9007199254740992}')).toThrow('2^53')
    const range = object<{ readonly end: number }>('range', { end: { type: bound, required: true } })
    for (const [digits, end] of [
      ['9223372036854775807', Number.MAX_SAFE_INTEGER],
      ['-9223372036854775808', Number.MIN_SAFE_INTEGER],
      ['1700000000000', 1700000000000]
    ] as const) {
      expect(decode(range, `{"end":${digits}}`)).toEqual({ end })
      expect(encodeBody(range, { end }).toString()).toBe(`{"end":${digits}}`)
    }
    expect(() => decode(range, '{"end":9223372036854775808}')).toThrow('not a long')
  })

  it('named __proto__ or constructor changes nothing', () => {
    const json = '{"__proto__":{"polluted":1},"constructor":"x","table":{"__proto__":"y"},"brokerName":"b","topic":"t"}'
    const queue = decode(MessageQueue, json)
    expect(Object.getPrototypeOf(queue)).toBe(Object.prototype)
    expect((queue as unknown as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(decode(stringMap(position), '{"__proto__":1}')).toEqual(new Map([['__proto__', 1]]))
  })

  it('whose references multiply is refused instead of unfolded', () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 0 ? '"l0":["x"]' : `"l${level}":[{"$ref":"$.l${level - 1}"},{"$ref":"$.l${level - 1}"}]`
    )
    let type = list0()
    for (let level = 1; level < 30; level++) type = nested(type)
    const bomb = object<{ readonly l29: unknown }>('bomb', { l29: { type, required: true } })
    expect(() => decode(bomb, `{${levels.join(',')}}`)).toThrow('too many values')
  })
})

function list0(): BodyType<unknown> {
  return nested({ name: 'anything', read: (json) => json, write: () => '' })
}

function nested(of: BodyType<unknown>): BodyType<unknown> {
  return {
    name: 'nested',
    read: (json, reader) => (Array.isArray(json) ? json.map((item, index) => reader.read(of, item, json, `[${index}]`)) : json),
    write: () => ''
  }
}
