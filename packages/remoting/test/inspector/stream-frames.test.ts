import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { StreamFrames } from '../../src/inspector/stream-frames'
import { encodeCommand } from '../../src/wire/index'
import { golden } from './captured'

const frames = [
  golden('HEART_BEAT', 'request'),
  golden('GET_MAX_OFFSET', 'request', 'ROCKETMQ'),
  golden('PULL_MESSAGE', 'response', 'ROCKETMQ'),
  encodeCommand({ code: 0, language: 'GO', version: 1, opaque: 1, flag: 0, serializeType: 'ROCKETMQ' }),
  golden('SEND_MESSAGE_V2', 'request')
]
const all = Buffer.concat(frames)

type Found = readonly [what: string, offset: number, bytes: number]

function found(chunks: readonly Buffer[], maxFrameBytes?: number): readonly Found[] {
  const seen: Found[] = []
  const stream = new StreamFrames(maxFrameBytes === undefined ? {} : { maxFrameBytes }, {
    frame: (bytes, offset) => seen.push(['frame', offset, bytes.length]),
    // How much of the chunk follows depends on the chunk.
    problem: (problem, _text, offset, bytes) =>
      seen.push([problem, offset, problem === 'skipped-bytes' || problem === 'cut-frame' ? bytes : 0])
  })
  for (const chunk of chunks) stream.push(chunk)
  stream.end()
  return seen
}

const bytewise = (bytes: Buffer): Buffer[] => [...bytes].map((byte) => Buffer.of(byte))

const expectedFrames = (start: number): Found[] => {
  let offset = start
  return frames.map(({ length }) => {
    offset += length
    return ['frame', offset - length, length]
  })
}

describe('the frames of a stream', () => {
  it('are found whole, byte by byte, and at each split', () => {
    const expected = expectedFrames(0)
    expect(found([all])).toEqual(expected)
    expect(found(bytewise(all))).toEqual(expected)
    for (let at = 1; at < all.length; at++) expect(found([all.subarray(0, at), all.subarray(at)])).toEqual(expected)
  })

  it('are found after the rest of one that began before the capture did', () => {
    const [first = Buffer.alloc(0)] = frames
    for (const cut of [1, 5, 100, first.length - 1]) {
      const bytes = all.subarray(cut)
      const expected = [['not-a-frame', 0, 0], ['skipped-bytes', 0, first.length - cut], ...expectedFrames(-cut).slice(1)]
      expect(found([bytes])).toEqual(expected)
      expect(found(bytewise(bytes))).toEqual(expected)
    }
  })

  it('are found again after bytes that are none', () => {
    const bytes = Buffer.concat([all, Buffer.from('GET / HTTP/1.1\r\n\r\n'), all])
    expect(found([bytes])).toEqual([
      ...expectedFrames(0),
      ['not-a-frame', all.length, 0],
      ['skipped-bytes', all.length, 18],
      ...expectedFrames(all.length + 18)
    ])
  })

  it('may be cut anywhere, and what is left over is said', () => {
    const [first = Buffer.alloc(0)] = frames
    for (let length = 1; length < first.length; length++) {
      expect(found([first.subarray(0, length)])).toEqual([['cut-frame', 0, length]])
    }
  })

  it('are not looked for in TLS, which is told once', () => {
    const hello = Buffer.from('16030100c8010000c40303', 'hex')
    expect(found([hello, all, hello])).toEqual([['tls', 0, 0]])
    expect(found(bytewise(Buffer.concat([hello, all])))).toEqual([['tls', 0, 0]])
  })

  it.each([
    ['a length below a header', '00000003', /length would be 3/],
    ['a length below zero', 'ffffffff', /length would be -1/],
    ['a length above the limit', '01000001', /length would be 16777217/],
    ['an unknown encoding', '0000002002', /unknown way \(2\)/],
    ['a header longer than its frame', '0000002000000021', /header would have 33 bytes, the frame has 28/],
    ['a JSON header without a brace', '00000020000000105b', /does not begin with {/],
    ['an empty JSON header', '0000002000000001', /too short/],
    ['a binary header that is too short', '0000002001000010', /too short/],
    ['a flag that nobody sets', `0000003001000015${'00'.repeat(9)}000000040000000000000000`, /flag would be 4/],
    [
      'a remark longer than its header',
      `0000003001000015${'00'.repeat(9)}000000000000000100000000`,
      /remark would have 1 bytes of a header of 21/
    ]
  ])('cannot have %s', (_what, hex, text) => {
    const texts: string[] = []
    const stream = new StreamFrames({}, { frame: () => {}, problem: (_problem, said) => texts.push(said) })
    stream.push(Buffer.from(hex, 'hex'))
    expect(texts).toEqual([expect.stringMatching(text)])
  })

  it('take no memory for what they only promise', () => {
    const stream = new StreamFrames({}, { frame: () => {}, problem: () => {} })
    const before = process.memoryUsage().arrayBuffers
    const promise = golden('HEART_BEAT', 'request').subarray(0, 40)
    promise.writeInt32BE(16 * 1024 * 1024 - 4, 0)
    for (const byte of bytewise(promise)) stream.push(byte)
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
  })

  it('account for every byte of any stream, in whatever chunks it comes', () => {
    const piece = fc.oneof(
      fc.constantFrom(...frames),
      fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)),
      fc.tuple(fc.constantFrom(...frames), fc.nat(), fc.nat(255)).map(([frame, at, byte]) => {
        const changed = Buffer.from(frame)
        changed[at % changed.length] = byte
        return changed
      })
    )
    const property = fc.property(
      fc.array(piece, { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1 }),
      (pieces, sizes) => {
        const bytes = Buffer.concat(pieces)
        const whole = found([bytes], 4096)
        expect(found(chunked(bytes, sizes), 4096)).toEqual(whole)
        const told = whole.filter(([what]) => what !== 'not-a-frame' && what !== 'tls')
        if (whole.some(([what]) => what === 'tls')) return
        expect(told.reduce((end, [, offset, length]) => (offset === end ? end + length : Number.NaN), 0)).toBe(bytes.length)
      }
    )
    fc.assert(property, runs(500))
  })
})

function chunked(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const chunks: Buffer[] = []
  for (let at = 0, index = 0; at < bytes.length; index++) {
    const size = sizes[index % sizes.length] ?? 1
    chunks.push(bytes.subarray(at, at + size))
    at += size
  }
  return chunks
}
