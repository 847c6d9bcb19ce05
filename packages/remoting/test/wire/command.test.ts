import { describe, expect, it } from '@jest/globals'
import { ProtocolError } from 'net-ts-protocol-kit'
import {
  decodeCommand,
  encodeCommand,
  measureCommand,
  measureHead,
  type OutgoingCommand,
  RequestCode,
  writeCommand,
  writeHead
} from '../../src/wire/index'
import { jsonFrame } from './official-samples'

const HEAD = { code: 0, language: 'JAVA', version: 513, opaque: 7, flag: 1 } as const

function roundTrip(command: OutgoingCommand) {
  return decodeCommand(encodeCommand(command).subarray(4))
}

describe('a command', () => {
  it.each(['JSON', 'ROCKETMQ'] as const)('keeps every part of its head in %s', (serializeType) => {
    const fields = new Map([
      ['z', '1'],
      ['a', 'ü\u0001"\\'],
      ['__proto__', 'x']
    ])
    const command = roundTrip({
      code: -1000,
      language: 'GO',
      version: -3,
      opaque: -2147483648,
      flag: 3,
      remark: 'r',
      serializeType,
      fields
    })
    expect(command).toMatchObject({ code: -1000, language: 'GO', version: -3, opaque: -2147483648, flag: 3, remark: 'r', serializeType })
    expect([...(command.fields ?? [])]).toEqual([...fields])
    expect([command.isResponse, command.isOneway]).toEqual([true, true])
  })

  it.each([
    ['JSON', 'MARS', 'MARS'],
    ['JSON', 77, 77],
    ['ROCKETMQ', 77, 77],
    ['ROCKETMQ', 'NODE_JS', 'NODE_JS'],
    ['ROCKETMQ', 'constructor', 'OTHER']
  ] as const)('in %s takes the language %s as %s', (serializeType, language, read) => {
    expect(roundTrip({ ...HEAD, language, serializeType }).language).toBe(read)
  })

  it('whose code does not fit the binary header is written as JSON', () => {
    const command = roundTrip({ ...HEAD, code: 200050, serializeType: 'ROCKETMQ' })
    expect([command.code, command.serializeType]).toEqual([200050, 'JSON'])
    expect(roundTrip({ ...HEAD, code: 32767, serializeType: 'ROCKETMQ' }).serializeType).toBe('ROCKETMQ')
  })

  it('is written straight into a larger target at any offset, and measured before', () => {
    const command: OutgoingCommand = {
      ...HEAD,
      remark: '主题',
      serializeType: 'JSON',
      fields: new Map([['k', '\u0001"主']]),
      body: Buffer.from('body')
    }
    const alone = encodeCommand(command)
    const target = Buffer.alloc(measureCommand(command) + 100, 0xee)
    const end = writeCommand(target, 100, command)
    expect(target.subarray(100, end)).toEqual(alone)
    expect(target.subarray(0, 100).every((byte) => byte === 0xee)).toBe(true)
    expect(alone.length).toBeLessThanOrEqual(measureCommand(command))
  })

  it('can be written without its body, whose length its length word counts', () => {
    const command: OutgoingCommand = { ...HEAD, serializeType: 'ROCKETMQ' }
    const body = Buffer.from('sent by reference')
    const target = Buffer.alloc(measureHead(command))
    const end = writeHead(target, 0, command, body.length)
    expect(Buffer.concat([target.subarray(0, end), body])).toEqual(encodeCommand({ ...command, body }))
  })

  it.each(['JSON', 'ROCKETMQ'] as const)('never ends early in a target that is too small (%s)', (serializeType) => {
    const command: OutgoingCommand = {
      ...HEAD,
      serializeType,
      remark: '主'.repeat(60),
      fields: new Map([['key', 'v'.repeat(60)]]),
      body: Buffer.from('x')
    }
    const bytes = encodeCommand(command).length
    for (let size = 0; size < bytes; size++) expect(() => writeCommand(Buffer.alloc(size), 0, command)).toThrow(RangeError)
    expect(writeCommand(Buffer.alloc(bytes), 0, command)).toBe(bytes)
  })

  it('is read through a view that starts anywhere', () => {
    const frame = encodeCommand({ ...HEAD, serializeType: 'ROCKETMQ', fields: new Map([['k', 'v']]), body: Buffer.from('body') }).subarray(
      4
    )
    const shifted = Buffer.concat([Buffer.alloc(13, 0xff), frame, Buffer.alloc(5, 0xff)]).subarray(13, 13 + frame.length)
    const command = decodeCommand(shifted)
    expect([command.fields?.get('k'), command.body.toString()]).toEqual(['v', 'body'])
  })

  it('is still read right after other frames came in between', () => {
    const first = decodeCommand(encodeCommand({ ...HEAD, serializeType: 'ROCKETMQ', fields: new Map([['k', 'first']]) }).subarray(4))
    const second = decodeCommand(encodeCommand({ ...HEAD, serializeType: 'JSON', fields: new Map([['k', 'second\u0001']]) }).subarray(4))
    const third = decodeCommand(encodeCommand({ ...HEAD, serializeType: 'JSON' }).subarray(4))
    expect([third.fields, second.fields?.get('k'), first.fields?.get('k')]).toEqual([undefined, 'second\u0001', 'first'])
  })
})

describe('a JSON header in another writer’s style', () => {
  it('may have spaces, any order, other quotes, numbers and booleans as ext field values', () => {
    const command = decodeCommand(
      jsonFrame(`{ "version":1, 'code': "105", "language": 9, "extFields": {"a": 1, "b": true, "c": null, "d": "x",}, "remark": null }`)
    )
    expect(command).toMatchObject({ code: 105, version: 1, opaque: 0, flag: 0, language: 9, remark: undefined })
    expect(command.fields).toEqual(new Map(Object.entries({ a: '1', b: 'true', d: 'x' })))
  })

  it('gives the same typed header as the plain style', () => {
    const plain = '{"code":30,"extFields":{"topic":"T\\u4e3b","queueId":"1"},"flag":0,"language":"JAVA","opaque":7,"version":513}'
    const spaced = plain.replaceAll(',', ', ')
    expect(decodeCommand(jsonFrame(spaced)).fields).toEqual(decodeCommand(jsonFrame(plain)).fields)
  })

  it.each([
    ['no code', '{"flag":0}'],
    ['a code beyond int32', '{"code":2147483648}'],
    ['a fraction as code', '{"code":1.5}'],
    ['a list as header', '[]'],
    ['nothing', ''],
    ['an object as ext field value', '{"code":1,"extFields":{"a":{}}}'],
    ['text behind it', '{"code":1}x'],
    ['no end', '{"code":1'],
    ['an unknown escape', '{"code":1,"remark":"\\q"}']
  ])('with %s is broken', (_what, header) => {
    expect(() => decodeCommand(jsonFrame(header))).toThrow(ProtocolError)
  })
})

it('the rows know their body shapes', () => {
  expect(RequestCode.PULL_MESSAGE.response.body.shape).toBe('bytes')
  expect(RequestCode.HEART_BEAT.request.body.shape).toBe('json')
  expect(RequestCode.GET_MAX_OFFSET.request.body.shape).toBe('none')
})
