import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { allocateByAverage } from '../src/consumer/allocation'
import { compareQueues, type MessageQueue, queueKey } from '../src/message-queue'

const queue = (brokerName: string, queueId: number): MessageQueue => ({ topic: 't', brokerName, queueId })
const ids = (queues: readonly MessageQueue[]): string[] => queues.map(({ brokerName, queueId }) => `${brokerName}${queueId}`)
const eight = Array.from({ length: 8 }, (_, id) => queue('a', id))

describe('allocation by average', () => {
  it('gives contiguous runs, the first members one more', () => {
    const members = ['c', 'a', 'b']
    expect(ids(allocateByAverage('a', members, eight))).toEqual(['a0', 'a1', 'a2'])
    expect(ids(allocateByAverage('b', members, eight))).toEqual(['a3', 'a4', 'a5'])
    expect(ids(allocateByAverage('c', members, eight))).toEqual(['a6', 'a7'])
  })

  it('leaves members without a queue when there are more members than queues', () => {
    const members = ['a', 'b', 'c']
    expect(ids(allocateByAverage('b', members, [queue('x', 0), queue('x', 1)]))).toEqual(['x1'])
    expect(ids(allocateByAverage('c', members, [queue('x', 0), queue('x', 1)]))).toEqual([])
  })

  it('sorts broker names and client ids as Java compares strings, by UTF-16 code unit', () => {
    const queues = [queue('b', 0), queue('B', 0), queue('\u{1F600}', 0), queue('\uFF5E', 0)]
    expect(ids(allocateByAverage('Z', ['a', 'Z'], queues))).toEqual(['B0', 'b0'])
    expect(ids(allocateByAverage('a', ['a', 'Z'], queues))).toEqual(['\u{1F600}0', '\uFF5E0'])
  })

  it('gives nothing to a client that is no member', () => {
    expect(allocateByAverage('x', ['a', 'b'], eight)).toEqual([])
  })

  it('gives every queue to exactly one member, evenly, whatever order members see the lists in', () => {
    const members = fc.uniqueArray(fc.string({ maxLength: 6 }), { minLength: 1, maxLength: 9 })
    const queues = fc.uniqueArray(fc.record({ broker: fc.constantFrom('a', 'b', 'c'), id: fc.nat(20) }), {
      maxLength: 30,
      selector: ({ broker, id }) => `${broker}${id}`
    })
    fc.assert(
      fc.property(members, queues, fc.boolean(), (memberIds, names, isReversed) => {
        const all = names.map(({ broker, id }) => queue(broker, id))
        const seen = isReversed ? [...all].reverse() : all
        const shares = memberIds.map((id, index) => allocateByAverage(id, index % 2 ? memberIds : [...memberIds].reverse(), seen))
        expect(shares.flat().map(queueKey).sort()).toEqual(all.map(queueKey).sort())
        const sizes = shares.map((share) => share.length)
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1)
        for (const share of shares) expect([...share].sort(compareQueues)).toEqual(share)
      })
    )
  })
})
