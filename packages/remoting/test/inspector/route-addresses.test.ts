import { describe, expect, it } from '@jest/globals'
import { routeAnswer } from '../../src/inspector/route-addresses'
import { decodeCommand, encodeCommand, RequestCode, type RequestRow } from '../../src/wire/index'
import { golden } from './captured'

const { GET_ROUTEINFO_BY_TOPIC: ROUTE, GET_BROKER_CLUSTER_INFO: CLUSTER } = RequestCode
const REAL = '10.9.8.7:10911'
const others = new Map([[REAL, '127.0.0.1:5']])

function answered(body: string): Buffer {
  return encodeCommand({ code: 0, language: 'JAVA', version: 1, opaque: 1, flag: 1, serializeType: 'JSON', body: Buffer.from(body) })
}

describe('an answer that names brokers', () => {
  it.each([
    [ROUTE, 'plain'],
    [ROUTE, 'plain-standard-json'],
    [ROUTE, 'highest'],
    [CLUSTER, 'plain']
  ] as const)('of official classes is the same but for its addresses (%#)', (row: RequestRow, name) => {
    const frame = golden(row.name, 'response', 'JSON', name)
    const answer = routeAnswer(frame, row)
    const rewritten = answer?.rewrite(others) ?? frame
    const text = (bytes: Buffer): string => decodeCommand(bytes.subarray(4)).body.toString()
    expect(answer?.addresses).toContain(REAL)
    expect(text(rewritten)).toBe(text(frame).replaceAll(`"${REAL}"`, '"127.0.0.1:5"'))
    expect(rewritten.readInt32BE(0)).toBe(rewritten.length - 4)
    expect(answer?.rewrite(new Map()).equals(frame)).toBe(true)
  })

  it('keeps odd keys, references, large numbers, and members that nobody knows', () => {
    const body = `{"brokerDatas":[{"brokerAddrs":{0:"${REAL}","1":"${REAL}"},"epoch":9223372036854775807,"x":"${REAL}"},{"$ref":"$.brokerDatas[0]"}],"__proto__":1}`
    const rewritten = routeAnswer(answered(body), ROUTE)?.rewrite(others)
    expect(rewritten?.subarray(4).toString()).toContain(
      `{"brokerDatas":[{"brokerAddrs":{0:"127.0.0.1:5","1":"127.0.0.1:5"},"epoch":9223372036854775807,"x":"${REAL}"},{"$ref":"$.brokerDatas[0]"}],"__proto__":1}`
    )
  })

  it('is none when it answers something else, has no body, or cannot be read', () => {
    const frame = golden(ROUTE.name, 'response')
    expect(routeAnswer(frame, RequestCode.HEART_BEAT)).toBeUndefined()
    expect(routeAnswer(frame, undefined)).toBeUndefined()
    expect(routeAnswer(answered(''), ROUTE)).toBeUndefined()
    expect(routeAnswer(answered('{"brokerDatas":['), ROUTE)).toBeUndefined()
  })
})
