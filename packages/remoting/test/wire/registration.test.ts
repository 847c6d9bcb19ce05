import { deflateSync } from 'node:zlib'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ProtocolError } from 'net-ts-protocol-kit'
import { runs } from '../../../../test/random-runs'
import {
  decodeBody,
  hasRegistrationCrc,
  RegisterBrokerBody,
  ReleaseVersion,
  readRegistration,
  writeRegistration
} from '../../src/wire/index'
import { officialValue } from './official-samples'

const VERSIONS = { '4.9.7': ReleaseVersion.V4_9_7, '5.5.0': ReleaseVersion.V5_5_0 } as const
const RELEASES = ['4.9.7', '5.5.0'] as const

const plain = (release: string) => Buffer.from(officialValue('json.RegisterBrokerBody', release))
const compressed = (release: string) => Buffer.from(officialValue('hex.RegisterBrokerBody.compressed', release), 'hex')

/** Pieces with their length in front, deflated: numbers stand for counts and bare lengths. */
function deflated(...pieces: readonly (string | number)[]): Buffer {
  const parts = pieces.map((piece) => {
    const head = Buffer.alloc(4)
    head.writeInt32BE(typeof piece === 'number' ? piece : Buffer.byteLength(piece))
    return typeof piece === 'number' ? head : Buffer.concat([head, Buffer.from(piece)])
  })
  return deflateSync(Buffer.concat(parts))
}

describe('a registration', () => {
  it.each(RELEASES)('of %s reads the same compressed as plain, apart from what the compressed form does not carry', (release) => {
    const version = VERSIONS[release]
    const whole = readRegistration(plain(release), { compressed: false, version })
    const small = readRegistration(compressed(release), { compressed: true, version })
    expect(whole.topicConfigSerializeWrapper.topicConfigTable.get('TopicTest')).toMatchObject({
      readQueueNums: 4,
      perm: 6,
      topicFilterType: 'SINGLE_TAG'
    })
    expect(small.topicConfigSerializeWrapper.topicConfigTable).toEqual(whole.topicConfigSerializeWrapper.topicConfigTable)
    expect(small.topicConfigSerializeWrapper.dataVersion).toEqual(whole.topicConfigSerializeWrapper.dataVersion)
    expect(small.filterServerList).toEqual(whole.filterServerList)
  })

  it('of a 5.x broker that calls its compressed body plain is read all the same', () => {
    const body = compressed('5.5.0')
    const version = ReleaseVersion.V5_5_0
    expect(readRegistration(body, { compressed: false, version })).toEqual(readRegistration(body, { compressed: true, version }))
  })

  it('of a broker before 3.0.11 is its topics alone', () => {
    const topics = Buffer.from(officialValue('json.TopicConfigSerializeWrapper', '4.9.7'))
    const registration = readRegistration(topics, { version: 20 })
    expect([...registration.topicConfigSerializeWrapper.topicConfigTable.keys()]).toEqual(['TopicTest'])
  })

  it('without a body has no topics and version 0', () => {
    expect(readRegistration(Buffer.alloc(0), { version: 513 })).toEqual({
      topicConfigSerializeWrapper: { topicConfigTable: new Map(), dataVersion: { counter: 0, timestamp: 0 } },
      filterServerList: []
    })
  })

  it.each([false, true])('is read as it was written (compressed: %s)', (compress) => {
    const body = decodeBody(RegisterBrokerBody, plain('5.5.0'))
    const read = readRegistration(writeRegistration(body, compress), { compressed: compress, version: 513 })
    expect(read.topicConfigSerializeWrapper.topicConfigTable).toEqual(body.topicConfigSerializeWrapper.topicConfigTable)
    expect(read.topicConfigSerializeWrapper.dataVersion).toEqual(body.topicConfigSerializeWrapper.dataVersion)
  })

  it('is checked against the sum that its broker sent, 0 and none excepted', () => {
    const body = plain('5.5.0')
    const crc = Number(officialValue('crc32.RegisterBrokerBody', '5.5.0'))
    expect(hasRegistrationCrc(body, crc)).toBe(true)
    expect(hasRegistrationCrc(body, crc + 1)).toBe(false)
    expect([hasRegistrationCrc(body, 0), hasRegistrationCrc(body, undefined)]).toEqual([true, true])
  })
})

describe('a hostile registration', () => {
  const read = (body: Buffer) => readRegistration(body, { compressed: true, version: 513 })
  const version = '{"counter":1,"timestamp":2}'

  it('with sound pieces is read', () => {
    const registration = read(deflated(version, 1, 'T 4 4 6 SINGLE_TAG {"a":"b c"}', '["f"]', 0))
    expect(registration.filterServerList).toEqual(['f'])
    expect(registration.topicConfigSerializeWrapper.topicConfigTable.get('T')?.attributes).toEqual(new Map([['a', 'b c']]))
  })

  it.each([
    ['no stream', Buffer.from('x')],
    ['a stream without an end', compressed('5.5.0').subarray(0, 40)],
    ['a negative length', deflated(-1)],
    ['a length past the end', deflated(0x7fffffff)],
    ['a negative count', deflated(version, -1)],
    ['a huge count', deflated(version, 0x7fffffff)],
    ['a topic of four words', deflated(version, 1, 'T 4 4 6', '[]', 0)],
    ['a topic with a bad number', deflated(version, 1, 'T x 4 6 SINGLE_TAG', '[]', 0)],
    ['an unknown filter type', deflated(version, 1, 'T 4 4 6 __proto__', '[]', 0)],
    ['an end before the servers', deflated(version, 0)],
    ['a bomb', deflateSync(Buffer.alloc(64 * 1024 * 1024))]
  ])('with %s is refused', (_what, body) => {
    expect(() => read(body)).toThrow(ProtocolError)
  })

  it('with more topics than allowed is refused in either form', () => {
    const limits = { maxTopics: 0 }
    expect(() => readRegistration(plain('5.5.0'), { version: 513 }, limits)).toThrow('too many topics')
    expect(() => readRegistration(compressed('5.5.0'), { version: 513 }, limits)).toThrow('too many topics')
    expect(() => readRegistration(plain('5.5.0'), { version: 513 }, { maxBytes: 10 })).toThrow('too long')
  })

  it('with bytes changed throws nothing but a protocol error', () => {
    const bodies = RELEASES.flatMap((release) => [plain(release), compressed(release)])
    fc.assert(
      fc.property(fc.constantFrom(...bodies), fc.nat(), fc.nat({ max: 255 }), (body, at, value) => {
        const changed = Buffer.from(body)
        changed[at % changed.length] = value
        try {
          readRegistration(changed, { version: 513 })
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      runs(3000)
    )
  })
})
