import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { ByteBudget, FrameSplitter, type FrameSplitterOptions, ProtocolError } from '../src/index'

/** The frame as it goes over the wire. */
const frame = (content: Uint8Array): Buffer => {
  const bytes = Buffer.alloc(4 + content.length)
  bytes.writeInt32BE(content.length)
  bytes.set(content, 4)
  return bytes
}

const lengthOnly = (length: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(length)
  return bytes
}

const content = (size: number): Buffer => Buffer.from(Uint8Array.from({ length: size }, (_, index) => (index * 7 + size) & 0xff))

const split = (chunks: readonly Buffer[], options: FrameSplitterOptions = {}): string[] => {
  const frames: string[] = []
  const splitter = new FrameSplitter(options, (bytes, start, end) => frames.push(bytes.toString('hex', start, end)))
  for (const chunk of chunks) splitter.push(chunk)
  expect(splitter.frames).toBe(frames.length)
  return frames
}

const cutAt = (bytes: Buffer, borders: readonly number[]): Buffer[] => {
  const places = [...new Set(borders)].sort((a, b) => a - b)
  // A copy in the middle of something larger: a view that does not start at zero.
  const embed = (part: Buffer): Buffer => Buffer.concat([Buffer.from('xyz'), part, Buffer.from('z')]).subarray(3, 3 + part.length)
  return [...places, bytes.length].map((end, index) => embed(bytes.subarray(places[index - 1] ?? 0, end)))
}

const contents = [content(0), content(1), content(5), content(300), content(0), content(17)]
const stream = Buffer.concat(contents.map(frame))
const expected = contents.map((bytes) => bytes.toString('hex'))

describe('FrameSplitter', () => {
  it('finds every frame of one chunk, without copying', () => {
    const splitter = new FrameSplitter({}, () => {})
    splitter.push(stream)
    expect(splitter.frames).toBe(contents.length)
    expect(splitter.copiedBytes).toBe(0)
    expect(split([stream])).toEqual(expected)
  })

  it('finds the same frames byte by byte', () => {
    expect(split(cutAt(stream, [...stream.keys()].slice(1)))).toEqual(expected)
  })

  it('finds the same frames with a cut at each place', () => {
    for (let at = 1; at < stream.length; at++) expect(split(cutAt(stream, [at]))).toEqual(expected)
  })

  it('finds the same frames however the stream is cut, with frames from nothing to far beyond a chunk', () => {
    const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 4000, max: 90_000 })), {
      minLength: 1,
      maxLength: 8
    })
    fc.assert(
      fc.property(sizes, fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 }), (lengths, fractions) => {
        const bytes = Buffer.concat(lengths.map((size) => frame(content(size))))
        const borders = fractions.map((fraction) => Math.floor(fraction * bytes.length))
        expect(split(cutAt(bytes, borders))).toEqual(lengths.map((size) => content(size).toString('hex')))
      })
    )
  })

  it('accepts lengths up to its bounds and refuses the next one before it keeps anything', () => {
    const options = { maxFrameBytes: 104, minContentBytes: 2 }
    expect(split([frame(content(100)), frame(content(2))], options)).toHaveLength(2)
    for (const length of [101, 1, 0, -1, 2 ** 31 - 1, -(2 ** 31)]) {
      for (const chunks of [[lengthOnly(length)], [...lengthOnly(length)].map((byte) => Buffer.from([byte]))]) {
        const splitter = new FrameSplitter(options, () => {})
        const push = (): void => {
          for (const chunk of chunks) splitter.push(chunk)
        }
        expect(push).toThrow(ProtocolError)
        expect(splitter.heldBytes).toBeLessThanOrEqual(4)
      }
    }
  })

  it('passes on what came before a bad length', () => {
    const frames: number[] = []
    const splitter = new FrameSplitter({}, (_bytes, start, end) => frames.push(end - start))
    expect(() => splitter.push(Buffer.concat([frame(content(3)), lengthOnly(-1)]))).toThrow('frame length -1')
    expect(frames).toEqual([3])
  })

  it('copies a 1 MiB frame that comes in single bytes twice, not a million times', () => {
    const size = 1 << 20
    const single = Buffer.alloc(1)
    let received = 0
    const splitter = new FrameSplitter({}, (_bytes, start, end) => {
      received = end - start
    })
    for (const byte of lengthOnly(size)) splitter.push(Buffer.from([byte]))
    for (let i = 0; i < size; i++) splitter.push(single)
    expect(received).toBe(size)
    expect(splitter.copiedBytes).toBeLessThanOrEqual(2 * (size + 4))
    expect(splitter.heldBytes).toBe(0)
  })

  it('joins a frame of many large chunks once', () => {
    const bytes = frame(content(4 << 20))
    const splitter = new FrameSplitter({}, () => {})
    for (let at = 0; at < bytes.length; at += 65_536) splitter.push(bytes.subarray(at, at + 65_536))
    expect(splitter.frames).toBe(1)
    expect(splitter.copiedBytes).toBeLessThanOrEqual(bytes.length + 65_536)
  })

  it('does not copy a frame whose pieces lie behind one another in memory, however small they are', () => {
    const bytes = Buffer.concat([frame(content(40_000)), frame(content(3))])
    const found: Buffer[] = []
    const splitter = new FrameSplitter({}, (chunk, start, end) => found.push(chunk.subarray(start, end)))
    for (let at = 0; at < bytes.length; at += 7) splitter.push(bytes.subarray(at, at + 7))
    expect(found).toEqual([content(40_000), content(3)])
    // The second one ends with its memory: behind it nothing can come, so its first piece is not kept as it is.
    expect(splitter.copiedBytes).toBeLessThanOrEqual(7)
  })

  it('finds the same frames when pieces lie partly behind one another and partly elsewhere', () => {
    const bytes = Buffer.concat([frame(content(90_000)), frame(content(20_000)), frame(content(1))])
    const elsewhere = (part: Buffer, index: number): Buffer => (index % 3 === 0 ? Buffer.from(part) : part)
    for (const step of [1000, 5000, 16_384, 33_333]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / step) }, (_, index) => bytes.subarray(index * step, (index + 1) * step))
      const expectedFrames = [90_000, 20_000, 1].map((size) => content(size).toString('hex'))
      expect(split(pieces.map(elsewhere))).toEqual(expectedFrames)
      expect(split(pieces.map((part, index) => elsewhere(part, index + 1)))).toEqual(expectedFrames)
    }
  })

  it('makes progress with every few kilobytes of a frame, wherever they lie', () => {
    const bytes = frame(content(60_000))
    for (const keep of [(part: Buffer) => part, (part: Buffer) => Buffer.from(part)]) {
      const splitter = new FrameSplitter({}, () => {})
      const marks = new Set<number>()
      for (let at = 0; at < 50_000; at += 100) {
        splitter.push(keep(bytes.subarray(at, at + 100)))
        marks.add(splitter.progress)
      }
      expect(marks.size).toBeGreaterThanOrEqual(4)
      expect(marks.size).toBeLessThanOrEqual(14)
    }
  })

  it('holds little more than it received, whatever length was announced', () => {
    for (const received of [1, 3, 100, 5000, 300_000]) {
      const splitter = new FrameSplitter({}, () => {})
      const start = Buffer.concat([lengthOnly(16 * 1024 * 1024 - 4), Buffer.alloc(received)])
      for (let at = 0; at < start.length; at += 1000) splitter.push(start.subarray(at, at + 1000))
      expect(splitter.heldBytes).toBeGreaterThanOrEqual(start.length)
      expect(splitter.heldBytes).toBeLessThanOrEqual(start.length * 2 + 4096)
    }
  })

  it('stops in the middle of a chunk when paused, and goes on with the next frame', () => {
    const seen: number[] = []
    const splitter = new FrameSplitter({}, (_bytes, start, end) => {
      seen.push(end - start)
      if (seen.length === 2) splitter.pause()
    })
    splitter.push(stream.subarray(0, 50))
    expect(seen).toEqual([0, 1])
    splitter.push(stream.subarray(50))
    expect(splitter.heldBytes).toBe(stream.length - 9)
    splitter.resume()
    expect(seen).toEqual(contents.map((bytes) => bytes.length))
    expect(splitter.heldBytes).toBe(0)
  })

  it('finds the same frames however often it is paused in between', () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 6 }), fc.array(fc.nat(stream.length - 1), { maxLength: 10 }), (pauses, borders) => {
        const frames: string[] = []
        const splitter = new FrameSplitter({}, (bytes, start, end) => {
          if (pauses[frames.length] === true) splitter.pause()
          frames.push(bytes.toString('hex', start, end))
        })
        for (const chunk of cutAt(stream, borders)) {
          splitter.push(chunk)
          splitter.resume()
        }
        for (let i = 0; i < contents.length; i++) splitter.resume()
        expect(frames).toEqual(expected)
      })
    )
  })

  it('says whether it is inside a frame, and whether that one goes on', () => {
    const splitter = new FrameSplitter({}, () => {})
    splitter.push(frame(content(9000)).subarray(0, 10))
    expect(splitter.isInsideFrame).toBe(true)
    const before = splitter.progress
    splitter.push(Buffer.alloc(100))
    expect(splitter.progress).toBe(before)
    splitter.push(Buffer.alloc(5000))
    expect(splitter.progress).toBeGreaterThan(before)
    splitter.clear()
    expect(splitter.isInsideFrame).toBe(false)
  })
})

describe('ByteBudget', () => {
  const holder = (log: string[], name: string) => ({ evict: () => void log.push(name) })

  it('evicts those who have held something for longest, and only as many as needed', () => {
    const log: string[] = []
    const budget = new ByteBudget(100)
    const [a, b, c, d] = [holder(log, 'a'), holder(log, 'b'), holder(log, 'c'), holder(log, 'd')]
    for (const each of [a, b, c]) expect(budget.hold(each, 30)).toBe(true)
    expect(budget.hold(a, 35)).toBe(true)
    expect(budget.hold(d, 40)).toBe(true)
    expect(log).toEqual(['a'])
    expect(budget).toMatchObject({ usedBytes: 100, holders: 3, evictions: 1 })
  })

  it('refuses what is larger than the budget, and forgets who holds nothing', () => {
    const budget = new ByteBudget(100)
    const log: string[] = []
    const a = holder(log, 'a')
    expect(budget.hold(a, 60)).toBe(true)
    expect(budget.hold(a, 101)).toBe(false)
    expect(budget.usedBytes).toBe(0)
    expect(budget.hold(a, 60)).toBe(true)
    expect(budget.hold(a, 0)).toBe(true)
    expect(budget).toMatchObject({ usedBytes: 0, holders: 0 })
    expect(log).toEqual([])
  })

  it('is never exceeded, whatever happens', () => {
    const step = fc.record({ who: fc.nat(9), bytes: fc.integer({ min: 0, max: 120 }) })
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        const budget = new ByteBudget(100)
        const holders = Array.from({ length: 10 }, () => ({ evict: () => {} }))
        for (const { who, bytes } of steps) {
          const each = holders[who]
          if (each !== undefined) budget.hold(each, bytes)
          expect(budget.usedBytes).toBeLessThanOrEqual(100)
          expect(budget.usedBytes === 0).toBe(budget.holders === 0)
        }
      })
    )
  })
})
