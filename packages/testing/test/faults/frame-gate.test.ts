import { describe, expect, it } from '@jest/globals'
import { CommandFlag, encodeCommand, type RemotingCommand, type SerializeType } from '@rocketmq-ts/remoting/wire'
import fc from 'fast-check'
import { runs } from '../../../../test/random-runs'
import { FrameGate } from '../../src/faults/frame-gate'

const frame = (opaque: number, serializeType: SerializeType = 'ROCKETMQ', bodyBytes = 0): Buffer =>
  encodeCommand({
    code: 310,
    language: 'JAVA',
    version: 407,
    opaque,
    flag: CommandFlag.ONEWAY,
    serializeType,
    remark: 'x'.repeat(opaque % 7),
    fields: new Map([['a', 'b'.repeat(opaque % 5)]]),
    body: Buffer.alloc(bodyBytes, opaque)
  })

/** A gate that takes out frames by their opaque, and what came through it. */
class Gate {
  readonly judged: Array<Pick<RemotingCommand, 'code' | 'opaque' | 'isOneway'>> = []
  readonly chunks: Buffer[] = []
  readonly gate: FrameGate
  isStrict = true

  constructor(isTakenOut: (opaque: number) => boolean) {
    this.gate = new FrameGate({
      isStrict: () => this.isStrict,
      mayPass: ({ code, opaque, isOneway }) => {
        this.judged.push({ code, opaque, isOneway })
        return !isTakenOut(opaque)
      },
      emit: (bytes) => void this.chunks.push(bytes)
    })
  }

  push(...chunks: readonly Buffer[]): this {
    for (const chunk of chunks) this.chunks.push(this.gate.push(chunk))
    return this
  }

  get passed(): Buffer {
    return Buffer.concat(this.chunks)
  }
}

const bytewise = (bytes: Buffer): readonly Buffer[] => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))

describe.each<SerializeType>(['ROCKETMQ', 'JSON'])('a gate for frames with a %s header', (serializeType) => {
  const frames = [1, 2, 3, 4].map((opaque) => frame(opaque, serializeType, opaque * 10))
  const all = Buffer.concat(frames)
  const without2 = Buffer.concat(frames.filter((_, at) => at !== 1))

  it('takes out the frame that may not pass and no other byte: whole, byte by byte and at each split', () => {
    const chunkings = [[all], bytewise(all), ...Array.from(all, (_, at) => [all.subarray(0, at), all.subarray(at)])]
    for (const chunks of chunkings) {
      const gate = new Gate((opaque) => opaque === 2).push(...chunks)
      expect(gate.passed.equals(without2)).toBe(true)
      expect(gate.judged).toEqual([1, 2, 3, 4].map((opaque) => ({ code: 310, opaque, isOneway: true })))
    }
  })

  it('hands on the chunk itself while nothing is taken out', () => {
    const gate = new Gate(() => false).push(all)
    expect(gate.chunks[0]).toBe(all)
  })

  it('keeps nothing back while it is not strict, and still knows where each frame begins', () => {
    const gate = new Gate((opaque) => opaque === 3)
    gate.isStrict = false
    const chunks = bytewise(Buffer.concat(frames.slice(0, 2)))
    for (const chunk of chunks) expect(gate.gate.push(chunk)).toEqual(chunk)
    gate.isStrict = true
    gate.push(...bytewise(Buffer.concat(frames.slice(2))))
    expect(gate.passed.equals(frames[3] ?? Buffer.alloc(0))).toBe(true)
    expect(gate.judged.map(({ opaque }) => opaque)).toEqual([1, 2, 3, 4])
  })

  it('lets a frame pass that had begun to pass before there was a reason to take it out', () => {
    const gate = new Gate(() => true)
    gate.isStrict = false
    gate.push(all.subarray(0, 5))
    gate.isStrict = true
    gate.push(all.subarray(5))
    expect(gate.passed.equals(frames[0] ?? Buffer.alloc(0))).toBe(true)
  })

  it('inserts a frame behind one whose header has begun to pass', () => {
    const own = frame(9)
    const [first = own] = frames
    const gate = new Gate(() => false)
    gate.isStrict = false
    gate.push(first.subarray(0, 5))
    gate.gate.insert(own)
    gate.push(first.subarray(5))
    expect(gate.passed.equals(Buffer.concat([first, own]))).toBe(true)
  })

  it('inserts a frame before one whose header is kept', () => {
    const own = frame(9)
    const [first = own] = frames
    const gate = new Gate(() => false).push(first.subarray(0, 5))
    gate.gate.insert(own)
    gate.push(first.subarray(5))
    expect(gate.passed.equals(Buffer.concat([own, first]))).toBe(true)
  })

  it('inserts a frame at once between others, and behind the one that is going through', () => {
    const own = frame(9)
    const [first = own, second = own] = frames
    const gate = new Gate(() => false)
    gate.gate.insert(own)
    gate.push(first, second.subarray(0, second.length - 1))
    gate.gate.insert(own)
    gate.push(Buffer.concat([second.subarray(second.length - 1), first]))
    expect(gate.passed.equals(Buffer.concat([own, first, second, own, first]))).toBe(true)
  })
})

describe('a gate for frames', () => {
  it('takes out what it should and nothing else, whatever the frames and the chunks', () => {
    const anyFrame = fc.record({
      type: fc.constantFrom<SerializeType>('JSON', 'ROCKETMQ'),
      bodyBytes: fc.oneof(fc.nat(20), fc.nat(70_000)),
      isTakenOut: fc.boolean()
    })
    const anyCuts = fc.array(fc.oneof(fc.nat(9), fc.nat(3000)), { minLength: 1, maxLength: 60 })
    fc.assert(
      fc.property(fc.array(anyFrame, { maxLength: 12 }), anyCuts, (specs, cuts) => {
        const frames = specs.map(({ type, bodyBytes }, at) => frame(at, type, bodyBytes))
        const gate = new Gate((opaque) => specs[opaque]?.isTakenOut === true)
        let rest = Buffer.concat(frames)
        for (let at = 0; rest.length > 0; at++) {
          const size = at < 1000 ? 1 + (cuts[at % cuts.length] ?? 0) : rest.length
          gate.push(rest.subarray(0, size))
          rest = rest.subarray(size)
        }
        expect(gate.passed.equals(Buffer.concat(frames.filter((_, at) => specs[at]?.isTakenOut === false)))).toBe(true)
        expect(gate.judged.length).toBe(frames.length)
      }),
      runs(100)
    )
  })

  it.each([
    ['a length that no frame has', Buffer.from('GET / HTTP/1.1\r\n\r\n')],
    ['a header that is longer than its frame', Buffer.from([0, 0, 0, 8, 0, 0, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8])],
    ['a header that cannot be read', Buffer.from([0, 0, 0, 8, 0, 0, 0, 4, 1, 2, 3, 4, 5, 6, 7, 8])]
  ])('lets everything pass behind %s', (_name, bytes) => {
    for (const chunks of [[bytes], bytewise(bytes)]) {
      const gate = new Gate(() => true).push(frame(1), ...chunks, frame(2))
      expect(gate.passed.equals(Buffer.concat([bytes, frame(2)]))).toBe(true)
    }
  })

  it('gives back what it kept of a frame that will not be finished', () => {
    const gate = new Gate(() => true).push(frame(1).subarray(0, 6))
    expect(gate.passed.length).toBe(0)
    expect(gate.gate.flush().equals(frame(1).subarray(0, 6))).toBe(true)
  })
})
