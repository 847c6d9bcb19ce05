import { describe, expect, it } from '@jest/globals'
import { deadLetter, defineTopic, OptionsError, retry, text, unsettled } from '@rocketmq-ts/client'
import { from, map, Observable, of, Subject, take, throwError } from 'rxjs'
import { type ErrorAction, type ErrorDecider, type SettleOptions, settle, type TestDelivery, testDelivery } from '../src/index'

const Orders = defineTopic('orders', text())
const order = (value: string, attempt = 1) => testDelivery(Orders, value, { attempt })
type Order = ReturnType<typeof order>
type Texts = Order['message']

const turns = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve()
}

/** What a stream tells. */
const told = (source: Observable<unknown>): unknown[] => {
  const all: unknown[] = []
  source.subscribe({ next: (value) => all.push(value), error: (error) => all.push(error), complete: () => all.push('complete') })
  return all
}

const boom = new Error('boom')
const failing = {
  'a throw': () => {
    throw boom
  },
  'a rejection': () => Promise.reject(boom),
  'an Observable that errors': () => throwError(() => boom)
}

describe('settle', () => {
  it.each([
    ['a value', 'v', { kind: 'CONSUMED' }, ['v']],
    ['nothing', undefined, { kind: 'CONSUMED' }, [undefined]],
    ['an array', [1, 2], { kind: 'CONSUMED' }, [[1, 2]]],
    ['retry()', retry({ delayLevel: 3 }), { kind: 'RETRY', delayLevel: 3 }, []],
    ['deadLetter()', deadLetter(), { kind: 'DEAD_LETTER' }, []],
    ['unsettled()', unsettled(), { kind: 'UNSETTLED' }, []]
  ])('settles by %s that is returned, and emits what is no outcome', (_, returned, outcome, values) => {
    const one = order('m')
    expect(told(of(one).pipe(settle(() => returned)))).toEqual([...values, 'complete'])
    expect(one.outcome).toEqual(outcome)
  })

  it('fails with a word of advice when an operator before it made something else of the deliveries', () => {
    const messages = of(order('m')).pipe(map(({ message }) => message))
    const seen = told((messages as unknown as Observable<Order>).pipe(settle(({ value }) => value)))
    expect(seen).toEqual([expect.any(OptionsError)])
    expect(String(seen[0])).toContain('takes the deliveries of deliveries() or replay() as they are')
  })

  it('settles by what a promise, a promise of an Observable or an Observable brings', async () => {
    const all = [order('promise'), order('both'), order('observable')]
    const seen = told(
      from(all).pipe(
        settle(({ value }) => {
          if (value === 'promise') return Promise.resolve(1)
          return value === 'both' ? Promise.resolve(of(2, 3)) : of(4, deadLetter())
        })
      )
    )
    expect(seen).toEqual([4])
    await turns()
    expect(seen).toEqual([4, 1, 2, 3, 'complete'])
    expect(all.map(({ outcome }) => outcome?.kind)).toEqual(['CONSUMED', 'CONSUMED', 'DEAD_LETTER'])
  })

  describe.each(Object.entries(failing))('after %s', (_, project) => {
    it.each([
      ['retry', { kind: 'FAILED', error: boom }],
      ['deadLetter', { kind: 'DEAD_LETTER' }],
      ['skip', { kind: 'CONSUMED' }],
      [() => undefined, { kind: 'FAILED', error: boom }],
      [() => 'skip' as const, { kind: 'CONSUMED' }],
      [() => retry({ delayLevel: 2 }), { kind: 'RETRY', delayLevel: 2 }],
      [async () => deadLetter(), { kind: 'DEAD_LETTER' }],
      [async () => 'deadLetter' as const, { kind: 'DEAD_LETTER' }]
    ] as ReadonlyArray<[ErrorAction | ErrorDecider, object]>)('goes on with onError %s', async (onError, outcome) => {
      const [bad, good] = [order('bad'), order('good')]
      const seen = told(from([bad, good]).pipe(settle(({ value }) => (value === 'bad' ? project() : 'fine'), { onError })))
      await turns()
      expect(seen).toEqual(['fine', 'complete'])
      expect(bad.outcome).toEqual(outcome)
      expect(good.outcome).toEqual({ kind: 'CONSUMED' })
    })

    it.each([
      ['says so', 'fail', boom],
      ['decides so', () => 'fail', boom],
      ['decides so later', async () => 'fail', boom],
      ['throws', () => Promise.reject(new Error('decider')), new Error('decider')],
      ['says what it cannot', () => 3, expect.any(OptionsError)]
    ] as ReadonlyArray<[string, ErrorAction | ErrorDecider, unknown]>)('ends when onError %s', async (_name, onError, error) => {
      const [bad, good] = [order('bad'), order('good')]
      const seen = told(from([bad, good]).pipe(settle(({ value }) => (value === 'bad' ? project() : 'fine'), { onError, concurrency: 1 })))
      await turns()
      expect(seen).toEqual([error])
      expect(bad.outcome).toEqual(unsettled())
      expect(good.outcome).toEqual(unsettled())
    })
  })

  it('asks with the error and the message, whose attempt it tells', () => {
    const asked: unknown[] = []
    const onError: ErrorDecider = (error, message) => {
      asked.push([error, message.value, message.attempt])
      return message.attempt < 3 ? 'retry' : 'deadLetter'
    }
    const all = [order('first', 1), order('third', 3)]
    told(from(all).pipe(settle(failing['a throw'], { onError })))
    expect(asked).toEqual([
      [boom, 'first', 1],
      [boom, 'third', 3]
    ])
    expect(all.map(({ outcome }) => outcome?.kind)).toEqual(['FAILED', 'DEAD_LETTER'])
  })

  it('takes a key that cannot be told for a failure of its message', () => {
    const all = [order('bad'), order('good')]
    const key = ({ value }: Texts): string => {
      if (value === 'bad') throw boom
      return 'k'
    }
    const begun: string[] = []
    const seen = told(from(all).pipe(settle(({ value }) => begun.push(value), { key, onError: 'deadLetter' })))
    expect(seen).toEqual([1, 'complete'])
    expect(begun).toEqual(['good'])
    expect(all.map(({ outcome }) => outcome?.kind)).toEqual(['DEAD_LETTER', 'CONSUMED'])
  })

  it('handles what was settled before, and leaves that settlement as it is', () => {
    const one = order('m')
    one.deadLetter()
    expect(told(of(one).pipe(settle(({ value }) => value)))).toEqual(['m', 'complete'])
    expect(one.outcome).toEqual(deadLetter())
  })

  it.each<[string, SettleOptions]>([
    ['prompt', {}],
    ['ordered', { ordered: true }],
    ['in lanes', { key: ({ value }) => value, concurrency: 3 }],
    ['one at a time', { concurrency: 1, ordered: true }]
  ])('runs through 100,000 deliveries whose projections end at once, %s, without going deeper', (_, options) => {
    let count = 0
    const all = function* (): Generator<Order> {
      const one = order('m')
      for (let n = 0; n < 100_000; n++) yield one
    }
    from(all())
      .pipe(settle(() => 1, options))
      .subscribe((value) => {
        count += value
      })
    expect(count).toBe(100_000)
  })

  it('begins the next when a place is free, though hundreds wait and end at once', () => {
    const source = new Subject<Order>()
    const gate = new Subject<string>()
    const seen: string[] = []
    source.pipe(settle(({ value }) => (value === 'first' ? gate : value), { concurrency: 1 })).subscribe((value) => void seen.push(value))
    source.next(order('first'))
    for (let n = 0; n < 20_000; n++) source.next(order(`${n}`))
    expect(seen).toEqual([])
    gate.complete()
    expect(seen).toHaveLength(20_000)
    expect(seen.slice(0, 3)).toEqual(['0', '1', '2'])
  })

  it('keeps the order also when what it emits brings more', () => {
    const source = new Subject<Order>()
    const gates = new Map(['a', 'b', 'c', 'd'].map((letter) => [letter, new Subject<string>()]))
    const seen: string[] = []
    const settled = source.pipe(settle(({ value }) => gates.get(value) ?? of('?'), { ordered: true }))
    const onValue = (value: string): void => {
      seen.push(value)
      if (value !== 'b1') return
      source.next(order('d'))
      gates.get('d')?.next('d1')
      gates.get('d')?.complete()
      gates.get('c')?.complete()
      gates.get('b')?.next('b3')
      gates.get('b')?.complete()
      source.complete()
    }
    settled.subscribe({ next: onValue, complete: () => seen.push('complete') })
    for (const letter of ['a', 'b', 'c']) source.next(order(letter))
    for (const value of ['b1', 'b2']) gates.get('b')?.next(value)
    gates.get('c')?.next('c1')
    gates.get('a')?.next('a1')
    expect(seen).toEqual(['a1'])
    gates.get('a')?.complete()
    expect(seen).toEqual(['a1', 'b1', 'b2', 'b3', 'c1', 'd1', 'complete'])
  })

  it('emits nothing of a delivery it has lost, does not ask onError about it, and completes without it', async () => {
    const [lost, kept] = [order('lost'), order('kept')]
    const asked: unknown[] = []
    let reject: (error: unknown) => void = () => undefined
    const project = ({ value }: Texts, { signal }: { readonly signal: AbortSignal }): string | Promise<string> => {
      if (value === 'kept') return value
      return new Promise((_, no) => {
        reject = no
        signal.addEventListener('abort', () => no(signal.reason))
      })
    }
    const onError = (error: unknown): 'fail' => {
      asked.push(error)
      return 'fail'
    }
    const seen = told(from([lost, kept]).pipe(settle(project, { onError, ordered: true, concurrency: 2 })))
    expect(seen).toEqual([])
    lost.lose()
    expect(seen).toEqual(['kept', 'complete'])
    reject(boom)
    await turns()
    expect([seen, asked, lost.outcome, lost.isVoid]).toEqual([['kept', 'complete'], [], undefined, true])
  })

  it('unsubscribes an Observable that loses its delivery while it is being subscribed to', () => {
    const lost = order('lost')
    let isLeft = false
    const project = () =>
      new Observable<string>(() => {
        lost.lose()
        return () => {
          isLeft = true
        }
      })
    expect(told(of(lost).pipe(settle(project)))).toEqual(['complete'])
    expect(isLeft).toBe(true)
  })

  it('unsubscribed in what it emits, it begins nothing more', () => {
    const source = new Subject<Order>()
    const begun: string[] = []
    const all = ['a', 'b', 'c'].map((value) => order(value))
    const gate = new Subject<string>()
    const subscription = source
      .pipe(
        settle(
          ({ value }) => {
            begun.push(value)
            return value === 'a' ? gate : value
          },
          { concurrency: 1 }
        )
      )
      .subscribe(() => subscription.unsubscribe())
    for (const one of all) source.next(one)
    gate.next('now')
    gate.complete()
    expect(begun).toEqual(['a'])
    expect(all.map(({ outcome }) => outcome?.kind)).toEqual(['CONSUMED', 'UNSETTLED', 'UNSETTLED'])
    expect(source.observed).toBe(false)
  })

  it('leaves what its source still brings while it is being unsubscribed', () => {
    const all = ['a', 'b', 'c'].map((value) => order(value))
    expect(
      told(
        from(all).pipe(
          settle(({ value }) => value),
          take(1)
        )
      )
    ).toEqual(['a', 'complete'])
    expect(all.map(({ outcome }) => outcome?.kind)).toEqual(['CONSUMED', 'UNSETTLED', 'UNSETTLED'])
  })

  it.each([
    [{ concurrency: 0 }, 'settle: concurrency must be a whole number'],
    [{ concurrency: 1.5 }, 'settle: concurrency must be a whole number'],
    [{ key: 'k' }, 'settle: key must be a function'],
    [{ ordered: 1 }, 'settle: ordered must be true or false'],
    [{ window: 3 }, 'settle: window means something only with ordered: true'],
    [{ ordered: true, window: 0 }, 'settle: window must be a whole number'],
    [{ onError: 'ignore' }, 'settle: onError must be a function or one of retry, deadLetter, skip, fail'],
    [{ parallel: 3 }, 'settle: unknown option parallel'],
    [null, 'settle: options must be an object']
  ])('refuses options that cannot work: %j', (options, text) => {
    const call = (): unknown => settle(() => 1, options as unknown as SettleOptions)
    expect(call).toThrow(OptionsError)
    expect(call).toThrow(text)
  })
})

describe('a delivery made by a test', () => {
  const Json = defineTopic('json', {
    encode: (value: { n: number }) => Buffer.from(JSON.stringify(value)),
    decode: (body) => JSON.parse(body.toString()) as { n: number }
  })

  it('has the value that a consumer would get, and the body that would be stored', () => {
    const { message } = testDelivery(Json, { n: 1 }, { tag: 't', keys: ['k'], shardingKey: 's', properties: { p: 'q' }, queueOffset: 7 })
    expect(message).toMatchObject({
      topic: 'json',
      value: { n: 1 },
      tag: 't',
      keys: ['k'],
      shardingKey: 's',
      attempt: 1,
      messageId: 'test-7'
    })
    expect(message.body.toString()).toBe('{"n":1}')
    expect(message.properties.get('p')).toBe('q')
    expect(testDelivery('plain', 'text').message.value).toEqual(Buffer.from('text'))
  })

  it('records the first settlement, and says that the others came too late', () => {
    const acts: ReadonlyArray<[string, (one: TestDelivery) => boolean, object]> = [
      ['ack', (one) => one.ack(), { kind: 'CONSUMED' }],
      ['retry', (one) => one.retry({ delayLevel: 5 }), { kind: 'RETRY', delayLevel: 5 }],
      ['deadLetter', (one) => one.deadLetter(), { kind: 'DEAD_LETTER' }],
      ['fail', (one) => one.fail(boom), { kind: 'FAILED', error: boom }]
    ]
    for (const [, act, outcome] of acts) {
      const one = order('m') as TestDelivery
      expect([one.isSettled, one.outcome]).toEqual([false, undefined])
      expect([act(one), act(one), one.ack()]).toEqual([true, false, false])
      expect([one.isSettled, one.outcome]).toEqual([true, outcome])
    }
  })

  it('may still be settled after it was left, but not after it was lost', () => {
    const left = order('left')
    expect([left.leave(), left.outcome, left.isSettled]).toEqual([true, unsettled(), false])
    expect([left.ack(), left.outcome]).toEqual([true, { kind: 'CONSUMED' }])
    const lost = order('lost')
    lost.lose()
    expect([lost.ack(), lost.leave(), lost.outcome, lost.signal.aborted]).toEqual([false, false, undefined, true])
    expect(lost.signal.reason).toMatchObject({ code: 'QUEUE_NOT_OWNED' })
  })
})
