import { expect, test } from '@jest/globals'
import { QueueEntries } from '../../../src/disk/consume-queue/queue-entries'
import { QueueTail } from '../../../src/disk/consume-queue/queue-tail'

function push(tail: QueueTail, count: number, neededFrom: number): void {
  for (let i = 0; i < count; i++) tail.push(tail.end * 10, 10, 0, neededFrom)
}

function offsetsOf(tail: QueueTail, from: number, to: number): number[] {
  const entries = new QueueEntries(from, tail.view(from, to))
  return Array.from({ length: entries.count }, (_, i) => entries.physicalOffset(i))
}

test('a tail keeps what is needed, and forgets the rest when it needs room', () => {
  const tail = new QueueTail(100)
  push(tail, 16, 100)
  expect([tail.start, tail.end]).toEqual([100, 116])
  push(tail, 1, 112)
  expect([tail.start, tail.end]).toEqual([112, 117])
  expect(offsetsOf(tail, 112, 117)).toEqual([1120, 1130, 1140, 1150, 1160])
})

test('entries that are being written stay as they are while others are added', async () => {
  const tail = new QueueTail(0)
  push(tail, 16, 0)
  await tail.whilePinned(10, 16, async (entries) => {
    push(tail, 40, 10)
    const written = new QueueEntries(10, entries)
    expect([0, 5].map((i) => written.physicalOffset(i))).toEqual([100, 150])
  })
  expect(offsetsOf(tail, 54, 56)).toEqual([540, 550])
})

test('a quiet tail gives its memory back, and takes entries again', () => {
  const tail = new QueueTail(0)
  push(tail, 1000, 0)
  tail.trim(998)
  expect(tail.view(998, 1000).buffer.byteLength).toBeLessThan(1000)
  expect([tail.start, tail.end]).toEqual([998, 1000])
  push(tail, 1, 1000)
  expect(offsetsOf(tail, 1000, 1001)).toEqual([10_000])
})
