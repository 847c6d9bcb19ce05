import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { OutgoingBytes } from '../src/outgoing-bytes'

const put = (outgoing: OutgoingBytes, text: string): void => {
  const offset = outgoing.reserve(text.length)
  outgoing.commit(offset + outgoing.target.write(text, offset, 'latin1'))
}

const taken = (chunks: readonly Buffer[]): string => Buffer.concat(chunks).toString('latin1')

describe('OutgoingBytes', () => {
  it('uses its memory again once every write was handed over, and not before', () => {
    const outgoing = new OutgoingBytes()
    put(outgoing, 'first')
    const first = outgoing.take()
    const firstWritten = outgoing.writing()
    put(outgoing, 'second')
    const second = outgoing.take()
    const secondWritten = outgoing.writing()
    firstWritten()
    put(outgoing, 'third!')
    expect([taken(first), taken(second)]).toEqual(['first', 'second'])
    const third = outgoing.take()
    const thirdWritten = outgoing.writing()
    secondWritten()
    expect(outgoing.reserve(1)).toBeGreaterThan(0)
    expect(taken(third)).toBe('third!')
    thirdWritten()
    expect(outgoing.reserve(1)).toBe(0)
  })

  it('keeps what waits when an earlier write is handed over', () => {
    const outgoing = new OutgoingBytes()
    put(outgoing, 'first')
    outgoing.take()
    const written = outgoing.writing()
    put(outgoing, 'waits')
    written()
    put(outgoing, ' and goes on')
    expect(taken(outgoing.take())).toBe('waits and goes on')
  })

  it('gives memory back that is not used, and only then', () => {
    const outgoing = new OutgoingBytes()
    put(outgoing, 'something')
    outgoing.releaseUnused()
    outgoing.releaseUnused()
    expect(taken(outgoing.take())).toBe('something')
    const written = outgoing.writing()
    outgoing.releaseUnused()
    outgoing.releaseUnused()
    expect(outgoing.target.length).toBeGreaterThan(0)
    written()
    outgoing.releaseUnused()
    expect(outgoing.target.length).toBe(0)
  })

  it('hands out every byte once and in order, and changes none before it was handed over', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('put' as const), size: fc.integer({ min: 0, max: 40_000 }) }),
      fc.record({ kind: fc.constant('append' as const), size: fc.integer({ min: 1, max: 5000 }) }),
      fc.record({ kind: fc.constantFrom('take' as const, 'written' as const), size: fc.constant(0) })
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const outgoing = new OutgoingBytes()
        const underWay: Array<{ chunks: readonly Buffer[]; expected: string; written: () => void }> = []
        let waiting = ''
        const take = (): void => {
          underWay.push({ chunks: outgoing.take(), expected: waiting, written: outgoing.writing() })
          waiting = ''
        }
        steps.forEach(({ kind, size }, index) => {
          const text = String.fromCharCode(33 + (index % 90)).repeat(size)
          if (kind === 'put') put(outgoing, text)
          if (kind === 'append') outgoing.append(Buffer.from(text))
          waiting += text
          if (kind === 'take') take()
          const next = kind === 'written' ? underWay.shift() : undefined
          if (next !== undefined) expect(taken(next.chunks)).toBe(next.expected)
          next?.written()
          expect(outgoing.pendingBytes).toBe(waiting.length)
        })
        take()
        for (const { chunks, expected } of underWay) expect(taken(chunks)).toBe(expected)
      })
    )
  })
})
