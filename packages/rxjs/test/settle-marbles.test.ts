import { describe, expect, it } from '@jest/globals'
import { defineTopic, type Message, retry, text } from '@rocketmq-ts/client'
import { map, mergeMap, type Observable, of, take, throwError, timer } from 'rxjs'
import { type RunHelpers, TestScheduler } from 'rxjs/testing'
import { settle, type TestDelivery, type TestMessageOptions, testDelivery } from '../src/index'

const Orders = defineTopic('orders', text())
const order = (value: string, options: TestMessageOptions = {}) => testDelivery(Orders, value, options)
type Order = ReturnType<typeof order>

/** Deliveries by their letter. */
const lettered = (letters: string, options: (letter: string) => TestMessageOptions = () => ({})): Record<string, Order> =>
  Object.fromEntries([...letters].map((letter) => [letter, order(letter, options(letter))]))

const outcomes = (all: Readonly<Record<string, TestDelivery<Order['message']>>>): ReadonlyArray<string | undefined> =>
  Object.values(all).map(({ outcome }) => outcome?.kind)

/** A projection that takes as many milliseconds as its letter says, then gives the letter back or, in capitals of `fails`, errors. */
const taking =
  (tookMs: Readonly<Record<string, number>>, fails = '') =>
  ({ value }: { readonly value: string }): Observable<string> =>
    timer(tookMs[value] ?? 1).pipe(mergeMap(() => (fails.includes(value) ? throwError(() => new Error(value)) : of(value))))

const inTime = (story: (helpers: RunHelpers) => void): void =>
  new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(story)

describe('settle, in marbles', () => {
  it('emits values in the order in which projections end', () => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('abc|', all).pipe(settle(taking({ a: 7, b: 1, c: 3 })))).toBe('--b--c-(a|)')
    })
    expect(outcomes(all)).toEqual(['CONSUMED', 'CONSUMED', 'CONSUMED'])
  })

  it('emits values in the order of delivery when told to, projections running side by side', () => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('abc|', all).pipe(settle(taking({ a: 7, b: 1, c: 9 }), { ordered: true }))).toBe('-------(ab)(c|)')
    })
  })

  it('settles each delivery when its own projection ends, whatever the order of emission', () => {
    const all = lettered('ab')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('ab|', all).pipe(settle(taking({ a: 7, b: 1 }), { ordered: true }))).toBe('-------(ab|)')
      const look = cold('---x').pipe(map(() => outcomes(all).join()))
      expectObservable(look).toBe('---x', { x: ',CONSUMED' })
    })
  })

  it.each([
    ['a younger', 'b', '-------(ac|)', ['CONSUMED', 'FAILED', 'CONSUMED']],
    ['the oldest', 'a', '-------(bc|)', ['FAILED', 'CONSUMED', 'CONSUMED']]
  ])('leaves no hole in the order for %s one that fails', (_, fails, diagram, kinds) => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('abc|', all).pipe(settle(taking({ a: 7, b: 1, c: 3 }, fails), { ordered: true }))).toBe(diagram)
    })
    expect(outcomes(all)).toEqual(kinds)
  })

  it('begins no more than its window beyond the oldest that is not emitted', () => {
    const all = lettered('abcd')
    inTime(({ cold, expectObservable }) => {
      const project = taking({ a: 9, b: 1, c: 4, d: 4 })
      expectObservable(cold('abcd|', all).pipe(settle(project, { ordered: true, window: 2 }))).toBe('---------(ab)(cd|)')
    })
  })

  it.each([
    [1, '---a--b--(c|)'],
    [2, '---ab-(c|)'],
    [Number.POSITIVE_INFINITY, '---ab(c|)']
  ])('runs %d projections at a time', (concurrency, diagram) => {
    inTime(({ cold, expectObservable }) => {
      const project = taking({ a: 3, b: 3, c: 3 })
      expectObservable(cold('abc|', lettered('abc')).pipe(settle(project, { concurrency }))).toBe(diagram)
    })
  })

  it('handles messages of one key one after another and those of different keys side by side', () => {
    const all = lettered('abc', (letter) => ({ shardingKey: letter === 'c' ? 'y' : 'x' }))
    inTime(({ cold, expectObservable }) => {
      const project = taking({ a: 4, b: 4, c: 4 })
      expectObservable(cold('abc|', all).pipe(settle(project, { key: (message) => message.shardingKey }))).toBe('----a-c-(b|)')
    })
  })

  it('keeps nobody waiting who has no key', () => {
    inTime(({ cold, expectObservable }) => {
      const project = taking({ a: 4, b: 4, c: 4 })
      expectObservable(cold('abc|', lettered('abc')).pipe(settle(project, { key: () => undefined }))).toBe('----ab(c|)')
    })
  })

  it('goes on with a lane when one of it has failed', () => {
    const all = lettered('ab')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('ab|', all).pipe(settle(taking({ a: 4, b: 4 }, 'a'), { key: () => 'x' }))).toBe('--------(b|)')
    })
    expect(outcomes(all)).toEqual(['FAILED', 'CONSUMED'])
  })

  it('runs lanes within its concurrency, and emits them in the order of delivery when told to', () => {
    const all = lettered('abcd', (letter) => ({ shardingKey: 'ab'.includes(letter) ? 'x' : letter }))
    inTime(({ cold, expectObservable }) => {
      const options = { key: ({ shardingKey }: Message) => shardingKey, concurrency: 2, ordered: true }
      // a 0–4, c 2–4; b 4–12, d 4–5: d waits for b.
      expectObservable(cold('abcd|', all).pipe(settle(taking({ a: 4, b: 8, c: 2, d: 1 }), options))).toBe('----a-------(bcd|)')
    })
  })

  it('emits the values of an Observable as they come and settles at its end', () => {
    const all = lettered('a')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('a|', all).pipe(settle(() => cold('x-y--|')))).toBe('x-y--|')
      expectObservable(cold('----x').pipe(map(() => outcomes(all)[0]))).toBe('----x', { x: undefined })
    })
    expect(outcomes(all)).toEqual(['CONSUMED'])
  })

  it('keeps the values of Observables together when they are ordered', () => {
    inTime(({ cold, expectObservable }) => {
      const project = ({ value }: { readonly value: string }): Observable<string> => (value === 'a' ? cold('x-y|') : cold('z|'))
      expectObservable(cold('ab|', lettered('ab')).pipe(settle(project, { ordered: true }))).toBe('x-y(z|)')
    })
  })

  it('settles by the last outcome among the values of an Observable, and emits the others', () => {
    const all = lettered('a')
    inTime(({ cold, expectObservable }) => {
      const values = { x: 'x', r: retry({ delayLevel: 2 }), y: 'y' }
      expectObservable(cold('a|', all).pipe(settle(() => cold('xry|', values)))).toBe('x-y|')
    })
    expect(all['a']?.outcome).toEqual(retry({ delayLevel: 2 }))
  })

  it('ends with the error of its source at once; what was begun is settled, what was not is left', () => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold('abc#', all).pipe(settle(taking({ a: 7, b: 5 }), { concurrency: 2 }))).toBe('---#')
    })
    expect(outcomes(all)).toEqual(['CONSUMED', 'CONSUMED', 'UNSETTLED'])
  })

  it('does the same when it is unsubscribed', () => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('abc-----|', all)
      expectObservable(source.pipe(settle(taking({ a: 7, b: 5 }), { concurrency: 2 })), '^---!').toBe('-')
      expectSubscriptions(source.subscriptions).toBe('^---!')
    })
    expect(outcomes(all)).toEqual(['CONSUMED', 'CONSUMED', 'UNSETTLED'])
  })

  it('lets its source go when those behind it have enough', () => {
    const all = lettered('abc')
    inTime(({ cold, expectObservable, expectSubscriptions }) => {
      const source = cold('ab-c|', all)
      expectObservable(source.pipe(settle(taking({ a: 7, b: 1 })), take(1))).toBe('--(b|)')
      expectSubscriptions(source.subscriptions).toBe('^-!')
    })
    expect(outcomes(all)).toEqual(['CONSUMED', 'CONSUMED', undefined])
  })

  it('ends with the error of a projection when told to, and leaves its message uncounted', () => {
    const all = lettered('ab')
    inTime(({ cold, expectObservable }) => {
      const settled = cold('ab---|', all).pipe(settle(taking({ a: 7, b: 1 }, 'b'), { onError: 'fail' }))
      expectObservable(settled).toBe('--#', undefined, new Error('b'))
    })
    expect(outcomes(all)).toEqual(['CONSUMED', 'UNSETTLED'])
  })

  it('gives the place of a projection that has lost its delivery to the next, and unsubscribes its Observable', () => {
    const all = lettered('ab')
    inTime(({ cold, expectObservable, expectSubscriptions }) => {
      const slow = cold('x 99ms y|')
      cold('---x').subscribe(() => all['a']?.lose())
      const project = ({ value }: { readonly value: string }): Observable<string> => (value === 'a' ? slow : cold('-b|'))
      expectObservable(cold('ab|', all).pipe(settle(project, { concurrency: 1 }))).toBe('x---b|')
      expectSubscriptions(slow.subscriptions).toBe('^--!')
    })
    expect(outcomes(all)).toEqual([undefined, 'CONSUMED'])
  })

  it('does not begin with a delivery that was lost while it waited', () => {
    const all = lettered('abc')
    const begun: string[] = []
    inTime(({ cold, expectObservable }) => {
      cold('--x').subscribe(() => all['b']?.lose())
      const project = (message: Order['message']): Observable<string> => {
        begun.push(message.value)
        return taking({ a: 4, c: 1 })(message)
      }
      expectObservable(cold('abc|', all).pipe(settle(project, { concurrency: 1 }))).toBe('----a(c|)')
    })
    expect(begun).toEqual(['a', 'c'])
  })

  it('completes with an empty source, and after one that has completed before the last projection ends', () => {
    inTime(({ cold, expectObservable }) => {
      expectObservable(cold<Order>('--|').pipe(settle(taking({})))).toBe('--|')
      expectObservable(cold('a|', lettered('a')).pipe(settle(taking({ a: 5 })))).toBe('-----(a|)')
    })
  })
})
