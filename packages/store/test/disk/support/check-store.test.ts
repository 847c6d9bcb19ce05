import { describe, expect, test } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { MemoryMessageStore, type MessageStore, type ReadRequest, type ReadResult } from '../../../src'
import { checkStore } from './check-store'
import { EVERY_OPERATION, Work } from './workload'

const startWork = (): Work => {
  const clock = new ManualClock()
  const store = new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
  return new Work(store, clock)
}

/** The same store, which answers to some reads otherwise. */
const reading = (store: MessageStore, change: (result: ReadResult, request: ReadRequest) => Partial<ReadResult>): MessageStore => {
  const read = async (request: ReadRequest): Promise<ReadResult> => {
    const result = await store.read(request)
    return { ...result, ...change(result, request) }
  }
  return new Proxy(store, { get: (_, name) => (name === 'read' ? read : bound(store, name)) })
}

const bound = (store: MessageStore, name: string | symbol): unknown => {
  const member: unknown = Reflect.get(store, name)
  return typeof member === 'function' ? member.bind(store) : member
}

/** A store that was worked with, and is still open. */
const worked = async (): Promise<Work> => {
  const work = startWork()
  await work.do(EVERY_OPERATION.slice(0, -1))
  return work
}

describe('the check of a store', () => {
  test('finds nothing wrong with a store that holds what was sent', async () => {
    const work = await worked()
    expect(work.untypedErrors).toEqual([])
    expect(work.ledger.at().acknowledged.length).toBeGreaterThan(25)
    expect(await checkStore(work.store, work.ledger.at())).toEqual([])
  })

  test('finds each record that is lost', async () => {
    const work = await worked()
    const empty = startWork()
    await empty.store.start()
    const problems = await checkStore(empty.store, work.ledger.at())
    expect(problems.filter((problem) => problem.startsWith('lost'))).toHaveLength(work.ledger.at().acknowledged.length)
    expect(problems).toContain('document topics.json is undefined, not one of {"v":2}')
  })

  test('finds a record that nobody has sent, or that was refused', async () => {
    const work = await worked()
    const before = work.ledger.at()
    await work.do([(w) => w.send(1, () => ({ topic: 'B' }))])
    expect(await checkStore(work.store, before)).toEqual([expect.stringMatching(/^never sent: B\/0\/6/)])
    work.ledger.settled(work.ledger.attempts.slice(-1), 'FAILED')
    expect(await checkStore(work.store, work.ledger.at())).toEqual([expect.stringMatching(/^never sent: B\/0\/6/)])
  })

  test.each([
    ['body', 100],
    ['flag', 16],
    ['born time', 45],
    ['reconsume times', 75]
  ])('finds another %s', async (_, position) => {
    const work = await worked()
    const result = await work.store.read({ topic: 'B', queueId: 0, queueOffset: 1, maxCount: 1, maxBytes: 10_000 })
    const [record] = result.records
    if (record !== undefined) record[position] = (record[position] ?? 0) ^ 1
    const problems = await checkStore(work.store, work.ledger.at())
    expect(problems.map((problem) => problem.split(' at ')[0])).toEqual([expect.stringMatching(/^never sent: B\/0\/1/), 'lost: B/0/1'])
  })

  test('finds an offset without a record, and a queue that does not go on', async () => {
    const work = await worked()
    const withHole = reading(work.store, ({ records }, { topic }) => ({ records: topic === 'B' ? records.slice(1) : records }))
    expect(await checkStore(withHole, work.ledger.at())).toEqual([
      'hole: B/0 has 1 where 0 was to be',
      expect.stringMatching(/^lost: B\/0\/0/)
    ])
    const stuck = reading(work.store, (_, { queueOffset }) => ({ records: [], nextBeginOffset: queueOffset }))
    expect(await checkStore(stuck, work.ledger.at())).toContain('stuck: B/0 at 0 of 6 (FOUND)')
  })
})
