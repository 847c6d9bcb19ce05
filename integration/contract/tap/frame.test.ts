import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { answerTo, decodeFrame, encodeFrame, isAnswer, isOneway } from './frame'
import { FrameCutter } from './frame-cutter'

interface Golden {
  readonly encoding: 'JSON' | 'ROCKETMQ'
  readonly frameHex: string
  readonly decoded: {
    readonly code: number
    readonly opaque: number
    readonly flag: number
    readonly version: number
    readonly remark: string | null
    readonly extFields: Readonly<Record<string, string | null>> | null
  }
}

const fixtures = resolve(__dirname, '..', '..', '..', 'fixtures')
const golden: Golden[] = readdirSync(fixtures, { recursive: true, encoding: 'utf8' })
  .filter((name) => /^[\d.]+[\\/][A-Z_0-9]+\.json$/.test(name))
  .flatMap((name) => JSON.parse(readFileSync(join(fixtures, name), 'utf8')).records ?? [])
  .filter((record: Golden) => record.frameHex !== undefined)

describe('the tap\u2019s own reading of frames', () => {
  it('finds the golden frames of the official releases', () => {
    expect(golden.filter((one) => one.encoding === 'JSON').length).toBeGreaterThan(20)
    expect(golden.filter((one) => one.encoding === 'ROCKETMQ').length).toBeGreaterThan(20)
  })

  it('gives what the official releases wrote', () => {
    for (const { frameHex, decoded } of golden) {
      const { code, opaque, flag, version, remark, fields } = decodeFrame(Buffer.from(frameHex, 'hex'))
      expect({ code, opaque, flag, version, remark: remark || null, fields }).toEqual({
        code: decoded.code,
        opaque: decoded.opaque,
        flag: decoded.flag,
        version: decoded.version,
        remark: decoded.remark || null,
        fields: emptyForNull(decoded.extFields ?? {})
      })
    }
  })

  it('reads back what it writes, with its body', () => {
    for (const { frameHex } of golden) {
      const frame = decodeFrame(Buffer.from(frameHex, 'hex'))
      const again = decodeFrame(encodeFrame(frame))
      expect({ ...again, body: again.body.toString('hex') }).toEqual({ ...frame, body: frame.body.toString('hex') })
    }
  })

  it('makes answers that carry their request\u2019s number', () => {
    const request = decodeFrame(Buffer.from(golden[0]?.frameHex ?? '', 'hex'))
    const answer = decodeFrame(encodeFrame(answerTo(request, 19, { nextBeginOffset: '7' })))
    expect(isAnswer(answer)).toBe(true)
    expect(isOneway(answer)).toBe(false)
    expect(answer).toMatchObject({ code: 19, opaque: request.opaque, fields: { nextBeginOffset: '7' } })
  })
})

/** A text of no length reads back as null in Java's binary header. */
function emptyForNull(fields: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, value ?? '']))
}

describe('the frame cutter', () => {
  const frames = golden.slice(0, 5).map((one) => Buffer.from(one.frameHex, 'hex'))
  const stream = Buffer.concat(frames)
  const texts = (cut: readonly Buffer[]): string[] => cut.map((one) => one.toString('hex'))

  it('cuts the same frames wherever the stream is split', () => {
    for (let at = 0; at <= stream.length; at++) {
      const cutter = new FrameCutter()
      const cut = [...cutter.push(stream.subarray(0, at)), ...cutter.push(stream.subarray(at))]
      expect(texts(cut)).toEqual(texts(frames))
    }
  })

  it('cuts them when they come byte by byte out of one reused buffer', () => {
    const cutter = new FrameCutter()
    const reused = Buffer.alloc(1)
    const cut = [...stream].flatMap((byte) => {
      reused[0] = byte
      return texts(cutter.push(reused))
    })
    expect(cut).toEqual(texts(frames))
  })
})
