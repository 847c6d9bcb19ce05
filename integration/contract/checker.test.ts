import { describe, expect, it } from '@jest/globals'
import {
  type AnomalyName,
  beginsWhereCommitted,
  buries,
  check,
  countsAttempts,
  keepsLanes,
  onlyOnce,
  ownsEachOnce,
  type Rule,
  reaches,
  readsInOrder,
  report
} from './checker'
import { duplicatesByCause } from './duplicates'
import { type Delivered, type Happening, History } from './history'

const group = 'g'

function historyOf(...happenings: readonly Happening[]): History {
  const history = new History()
  for (const one of happenings) history.add(one)
  return history
}

const attempted = (uid: string, more: { digest?: string; tag?: string; lane?: string } = {}): Happening => ({
  type: 'attempted',
  uid,
  digest: uid,
  ...more
})
const acknowledged = (uid: string, offset: number, queue = 'q'): Happening => ({ type: 'acknowledged', uid, queue, offset })
const delivered = (uid: string, offset: number, more: Partial<Delivered> = {}): Happening => ({
  type: 'delivered',
  uid,
  group,
  member: 'm',
  queue: 'q',
  offset,
  attempt: 1,
  digest: uid,
  ...more
})
const settled = (uid: string, outcome: 'consumed' | 'retry' | 'dead-letter' = 'consumed', member = 'm'): Happening => ({
  type: 'settled',
  uid,
  group,
  member,
  outcome
})
const took = (member: string, offset: number, askedAt: number, beganAt = askedAt): Happening => ({
  type: 'took',
  group,
  member,
  queue: 'q',
  offset,
  beganAt,
  askedAt
})
const released = (member: string): Happening => ({ type: 'released', group, member, queue: 'q' })
const committed = (offset: number, member = 'm', queue = 'q'): Happening => ({ type: 'committed', group, member, queue, offset })

const names = (history: History, ...rules: readonly Rule[]): AnomalyName[] => check(history, ...rules).map((one) => one.name)

describe('a history without fault', () => {
  const good = historyOf(
    took('m', 0, 0),
    attempted('a', { lane: 'l' }),
    attempted('b', { lane: 'l' }),
    acknowledged('a', 0),
    acknowledged('b', 1),
    delivered('a', 0),
    settled('a'),
    delivered('b', 1),
    settled('b'),
    { type: 'owners', group, queuesOf: { m: ['q'], n: [] } }
  )

  it('passes every rule', () => {
    const rules = [
      reaches(group),
      onlyOnce(group),
      readsInOrder(group),
      keepsLanes(group),
      beginsWhereCommitted(group),
      ownsEachOnce(group, ['q']),
      countsAttempts(group, 2)
    ]
    expect(check(good, ...rules, buries(group, 'undertaker', new Set()))).toEqual([])
    expect(report([])).toBe('')
  })
})

describe('the rules that always hold', () => {
  it('call a message that was never sent a phantom', () => {
    expect(names(historyOf(delivered('a', 0)))).toEqual(['phantom'])
  })

  it('call a message whose send was refused a phantom, and one whose send is unknown not', () => {
    const run = (stored: 'no' | 'unknown') => historyOf(attempted('a'), { type: 'failed', uid: 'a', stored }, delivered('a', 0))
    expect(names(run('no'))).toEqual(['phantom'])
    expect(names(run('unknown'))).toEqual([])
  })

  it('see a changed value', () => {
    expect(names(historyOf(attempted('a'), delivered('a', 0, { digest: 'other' })))).toEqual(['wrong-value'])
  })

  it('see two messages in one place, acknowledged or delivered', () => {
    expect(names(historyOf(attempted('a'), attempted('b'), acknowledged('a', 0), acknowledged('b', 0)))).toEqual(['two-values'])
    expect(names(historyOf(attempted('a'), attempted('b'), acknowledged('a', 0), delivered('b', 0)))).toEqual(['two-values'])
  })

  it('report what did not happen in time', () => {
    expect(check(historyOf({ type: 'stuck', missing: '3 messages' }))).toEqual([{ name: 'stuck', detail: '3 messages' }])
  })
})

describe('reaches', () => {
  it('calls an acknowledged message that never arrived lost, and one whose send failed not', () => {
    const history = historyOf(attempted('a'), acknowledged('a', 0), attempted('b'), { type: 'failed', uid: 'b', stored: 'unknown' })
    expect(names(history, reaches(group))).toEqual(['lost'])
  })

  it('does not take a delivery to another group for one', () => {
    const history = historyOf(attempted('a'), acknowledged('a', 0), delivered('a', 0, { group: 'other' }))
    expect(names(history, reaches(group))).toEqual(['lost'])
  })

  it('wants what the subscription wants, and nothing else', () => {
    const sent = [attempted('a', { tag: 'Aa' }), acknowledged('a', 0), attempted('b', { tag: 'BB' }), acknowledged('b', 1)]
    const wants = (tag: string | undefined): boolean => tag === 'Aa'
    expect(names(historyOf(...sent, delivered('a', 0)), reaches(group, wants))).toEqual([])
    expect(names(historyOf(...sent, delivered('a', 0), delivered('b', 1)), reaches(group, wants))).toEqual(['leaked'])
    expect(names(historyOf(...sent), reaches(group, wants))).toEqual(['lost'])
  })
})

describe('onlyOnce', () => {
  const both = [attempted('a'), acknowledged('a', 0)]

  it('does not call the next attempt a duplicate', () => {
    expect(names(historyOf(...both, delivered('a', 0), delivered('a', 7, { attempt: 2, queue: 'retry' })), onlyOnce(group))).toEqual([])
  })

  it('sees the same reader getting the same place twice', () => {
    const history = historyOf(took('m', 0, 0), ...both, delivered('a', 0), delivered('a', 0))
    expect(duplicatesByCause(history, group)).toEqual({ none: 1 })
    expect(names(history, onlyOnce(group, 'unsettled-at-move', 'broker-restart'))).toEqual(['duplicate'])
  })

  it('sees a message that was stored twice', () => {
    const history = historyOf(...both, delivered('a', 0), delivered('a', 1))
    expect(duplicatesByCause(history, group)).toEqual({ 'stored-twice': 1 })
    expect(names(history, onlyOnce(group))).toEqual(['duplicate'])
  })

  it('excuses a message that was being handled when its queue moved', () => {
    const history = historyOf(
      took('m', 0, 0),
      ...both,
      delivered('a', 0),
      took('n', 0, 4),
      settled('a'),
      delivered('a', 0, { member: 'n' })
    )
    expect(duplicatesByCause(history, group)).toEqual({ 'unsettled-at-move': 1 })
    expect(names(history, onlyOnce(group, 'unsettled-at-move'))).toEqual([])
    expect(names(history, onlyOnce(group))).toEqual(['duplicate'])
  })

  it('excuses a settled message behind one that was being handled when the queue moved', () => {
    const history = historyOf(
      took('m', 0, 0),
      attempted('a'),
      attempted('b'),
      delivered('a', 0),
      delivered('b', 1),
      settled('b'),
      took('n', 0, 6),
      settled('a'),
      delivered('b', 1, { member: 'n' })
    )
    expect(duplicatesByCause(history, group)).toEqual({ 'unsettled-at-move': 1 })
  })

  it('excuses the old owner for delivering what the new one already has', () => {
    const history = historyOf(took('m', 0, 0), ...both, took('n', 0, 3), delivered('a', 0, { member: 'n' }), delivered('a', 0))
    expect(duplicatesByCause(history, group)).toEqual({ 'unsettled-at-move': 1 })
  })

  it('tells a settled message whose commit was late from one whose commit was lost', () => {
    const start = [took('m', 0, 0), ...both, delivered('a', 0), settled('a')]
    const late = historyOf(...start, took('n', 0, 5), committed(1), delivered('a', 0, { member: 'n' }))
    expect(duplicatesByCause(late, group)).toEqual({ 'uncommitted-at-move': 1 })
    const ignored = historyOf(...start, committed(1), took('n', 0, 6), delivered('a', 0, { member: 'n' }))
    expect(duplicatesByCause(ignored, group)).toEqual({ 'committed-at-move': 1 })
  })

  it('takes for unsettled what was settled after the old owner let go or the new one first asked', () => {
    const start = [took('m', 0, 0), ...both, delivered('a', 0)]
    const asked = historyOf(...start, settled('a'), took('n', 0, 5, 4), delivered('a', 0, { member: 'n' }))
    expect(duplicatesByCause(asked, group)).toEqual({ 'unsettled-at-move': 1 })
    const letGo = historyOf(...start, released('m'), settled('a'), took('n', 0, 6), delivered('a', 0, { member: 'n' }))
    expect(duplicatesByCause(letGo, group)).toEqual({ 'unsettled-at-move': 1 })
    const late = historyOf(...start, settled('a'), released('m'), took('n', 0, 6), delivered('a', 0, { member: 'n' }))
    expect(duplicatesByCause(late, group)).toEqual({ 'uncommitted-at-move': 1 })
  })

  it('knows a queue that came back to its first owner for a move', () => {
    const history = historyOf(took('m', 0, 0), ...both, delivered('a', 0), took('m', 0, 4), delivered('a', 0))
    expect(duplicatesByCause(history, group)).toEqual({ 'unsettled-at-move': 1 })
  })

  it('excuses what comes again after a broker restart', () => {
    const history = historyOf(took('m', 0, 0), ...both, delivered('a', 0), settled('a'), { type: 'restarted' }, delivered('a', 0))
    expect(names(history, onlyOnce(group, 'broker-restart'))).toEqual([])
    expect(names(history, onlyOnce(group))).toEqual(['duplicate'])
  })
})

describe('order', () => {
  const two = [attempted('a', { lane: 'l' }), attempted('b', { lane: 'l' }), acknowledged('a', 0), acknowledged('b', 1)]

  it('sees a reader going backwards', () => {
    expect(names(historyOf(...two, delivered('b', 1), delivered('a', 0)), readsInOrder(group))).toEqual(['order'])
  })

  it('lets two readers of one queue be at different places', () => {
    const history = historyOf(...two, delivered('b', 1), delivered('a', 0, { member: 'n' }))
    expect(names(history, readsInOrder(group))).toEqual([])
  })

  it('sees a reader jumping over a message, and not over what nobody acknowledged', () => {
    const three = [...two, attempted('c'), acknowledged('c', 2)]
    expect(names(historyOf(...three, delivered('a', 0), delivered('c', 2)), readsInOrder(group))).toEqual(['skipped'])
    const gap = historyOf(attempted('a'), acknowledged('a', 0), attempted('c'), acknowledged('c', 2), delivered('a', 0), delivered('c', 2))
    expect(names(gap, readsInOrder(group))).toEqual([])
  })

  it('sees that messages sent one after another were stored the other way round', () => {
    const history = historyOf(attempted('a', { lane: 'l' }), attempted('b', { lane: 'l' }), delivered('b', 0), delivered('a', 1))
    expect(names(history, readsInOrder(group))).toEqual([])
    expect(names(history, keepsLanes(group))).toEqual(['order'])
  })

  it('sees a lane that was spread over two queues', () => {
    const history = historyOf(...two.slice(0, 2), delivered('a', 0), delivered('b', 0, { queue: 'p' }))
    expect(names(history, keepsLanes(group))).toEqual(['order'])
  })
})

describe('moving queues', () => {
  it('may not begin before what was committed when the new owner asked', () => {
    expect(names(historyOf(committed(5), took('n', 3, 1)), beginsWhereCommitted(group))).toEqual(['rewound'])
    expect(names(historyOf(committed(5), took('n', 5, 1)), beginsWhereCommitted(group))).toEqual([])
    expect(names(historyOf(committed(5), took('n', 3, 0)), beginsWhereCommitted(group))).toEqual([])
    expect(names(historyOf(committed(5, 'm', 'other'), took('n', 3, 1)), beginsWhereCommitted(group))).toEqual([])
  })

  it('leaves each queue exactly one owner', () => {
    const run = (queuesOf: Record<string, string[]>) => historyOf({ type: 'owners', group, queuesOf })
    expect(names(run({ m: ['q'], n: ['q', 'p'] }), ownsEachOnce(group, ['p', 'q']))).toEqual(['two-owners'])
    expect(names(run({ m: ['q'], n: [] }), ownsEachOnce(group, ['p', 'q']))).toEqual(['no-owner'])
  })
})

describe('attempts and dead letters', () => {
  const retried = [attempted('a'), delivered('a', 0), settled('a', 'retry')]

  it('count up by one', () => {
    const again = (attempt: number) => historyOf(...retried, delivered('a', 5, { queue: 'retry', attempt }), settled('a'))
    expect(names(again(2), countsAttempts(group, 2))).toEqual([])
    expect(names(again(3), countsAttempts(group, 3))).toEqual(['attempt-count'])
    expect(names(again(1), countsAttempts(group, 2))).toEqual(['attempt-count'])
  })

  it('end after the last', () => {
    const history = historyOf(
      ...retried,
      delivered('a', 5, { queue: 'retry', attempt: 2 }),
      delivered('a', 6, { queue: 'retry', attempt: 3 })
    )
    expect(names(history, countsAttempts(group, 2))).toEqual(['attempt-count'])
  })

  it('see a message that was sent back and never came again', () => {
    expect(names(historyOf(...retried), countsAttempts(group, 2))).toEqual(['not-retried'])
    expect(names(historyOf(...retried), countsAttempts(group, 1))).toEqual([])
  })

  it('want exactly one copy of what failed for good, and none of anything else', () => {
    const copy = delivered('a', 0, { group: 'undertaker', queue: 'dead', attempt: 3 })
    const failed = new Set(['a'])
    expect(names(historyOf(attempted('a'), copy), buries(group, 'undertaker', failed))).toEqual([])
    expect(names(historyOf(attempted('a')), buries(group, 'undertaker', failed))).toEqual(['not-dead'])
    expect(names(historyOf(attempted('a'), copy, copy), buries(group, 'undertaker', failed))).toEqual(['dead-twice'])
    expect(names(historyOf(attempted('a'), copy), buries(group, 'undertaker', new Set()))).toEqual(['dead-alive'])
  })
})

describe('the report', () => {
  it('counts every anomaly and shows its first cases', () => {
    const lost = historyOf(attempted('a'), attempted('b'), acknowledged('a', 0), acknowledged('b', 1))
    expect(report(check(lost, reaches(group)), 1)).toBe('lost: 2\n  a, acknowledged at q:0, never reached g')
  })
})
