import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CallTable, type Clock, ManualClock, RepeatedLog, realClock, Sweep } from '../src/index'

interface Call {
  readonly name: string
  readonly deadline: number
}

const setUp = (options: { maxPending?: number; firstId?: number; lastId?: number } = {}) => {
  const clock = new ManualClock()
  const sweep = new Sweep(clock, 100)
  const overdue: string[] = []
  const table = new CallTable<Call>({ sweep, onTimeout: (call, id) => overdue.push(`${call.name}#${id}@${clock.monotonic()}`), ...options })
  const add = (name: string, timeoutMs: number): number => table.add({ name, deadline: table.deadlineIn(timeoutMs) })
  return { clock, sweep, table, overdue, add }
}

describe('CallTable', () => {
  it('hands out each call once and counts responses that nobody waits for', () => {
    const { table, add } = setUp()
    const [a, b] = [add('a', 1000), add('b', 1000)]
    expect(table.take(b)?.name).toBe('b')
    expect(table.take(b)).toBeUndefined()
    expect(table.take(99)).toBeUndefined()
    expect(table.take(a)?.name).toBe('a')
    expect(table).toMatchObject({ pending: 0, unknownResponses: 2 })
  })

  it('starts again after the last int32', () => {
    const { table, add } = setUp({ firstId: 0x7fff_fffe })
    expect(['a', 'b', 'c', 'd'].map((name) => add(name, 1000))).toEqual([0x7fff_fffe, 0x7fff_ffff, 0, 1])
    expect(table.take(0)?.name).toBe('c')
  })

  it('skips ids that are pending when they come round again', () => {
    const { table, add } = setUp({ lastId: 4 })
    for (const name of ['a', 'b', 'c', 'd', 'e']) add(name, 1000)
    for (const id of [0, 2, 4]) table.take(id)
    expect([add('f', 1000), add('g', 1000), table.takeId()]).toEqual([0, 2, 4])
    expect(table.take(1)?.name).toBe('b')
  })

  it('never gives out an id that is pending, whatever the order of calls and responses', () => {
    const step = fc.oneof(fc.constant('add' as const), fc.nat(20))
    fc.assert(
      fc.property(fc.array(step, { minLength: 200, maxLength: 400 }), (steps) => {
        const table = new CallTable<Call>({ sweep: new Sweep(new ManualClock(), 100), onTimeout: () => {}, firstId: 3, lastId: 29 })
        const pending = new Set<number>()
        for (const each of steps) {
          if (each === 'add' && pending.size < 25) {
            const id = table.add({ name: '', deadline: 1e9 })
            expect(pending.has(id)).toBe(false)
            pending.add(id)
          } else {
            const id = [...pending][Number(each)]
            if (id === undefined) continue
            expect(table.take(id)).toBeDefined()
            pending.delete(id)
          }
          expect(table.pending).toBe(pending.size)
        }
      })
    )
  })

  it('reports overdue calls with one timer for all, and only those', async () => {
    const { clock, table, overdue, add } = setUp()
    add('short', 250)
    add('long', 1000)
    for (let i = 0; i < 100; i++) add('answered', 500)
    expect(clock.pendingTimers).toHaveLength(1)
    for (let id = 2; id < 102; id++) table.take(id)
    await clock.advance(300)
    expect(overdue).toEqual(['short#0@300'])
    await clock.advance(700)
    expect(overdue).toEqual(['short#0@300', 'long#1@1000'])
    expect(table).toMatchObject({ pending: 0, timeouts: 2 })
    expect(table.take(0)).toBeUndefined()
  })

  it('leaves no timer behind when nothing waits', async () => {
    const { clock, table, add } = setUp()
    table.take(add('a', 1000))
    await clock.advance(100)
    expect(clock.pendingTimers).toEqual([])
    add('b', 1000)
    table.drain(() => {})
    expect(clock.pendingTimers).toEqual([])
  })

  it('gives an answer that is ready when the deadline passes the chance to be read', () => {
    let tick: () => void = () => {}
    let afterInput: () => void = () => {}
    const busy: Clock = {
      ...realClock,
      monotonic: () => 1000,
      setInterval: (callback) => {
        tick = callback
        return { cancel: () => {} }
      },
      deferAfterInput: (callback) => {
        afterInput = callback
      }
    }
    const overdue: string[] = []
    const table = new CallTable<Call>({ sweep: new Sweep(busy, 100), onTimeout: (call) => overdue.push(call.name) })
    const ids = ['ready', 'late'].map((name) => table.add({ name, deadline: 1 }))
    tick()
    expect(table.take(ids[0] ?? -1)?.name).toBe('ready')
    afterInput()
    expect(overdue).toEqual(['late'])
  })

  it('refuses more calls than it may hold', () => {
    const { add } = setUp({ maxPending: 2 })
    add('a', 1)
    add('b', 1)
    expect(() => add('c', 1)).toThrow(expect.objectContaining({ code: 'TOO_MANY_CALLS', retriable: true, facts: { maxPending: 2 } }))
  })

  it('hands out everything that waits when drained, in order, and cancels one at a time', () => {
    const { table, add } = setUp()
    const ids = ['a', 'b', 'c'].map((name) => add(name, 1000))
    expect(table.cancel(ids[1] ?? -1)?.name).toBe('b')
    const drained: string[] = []
    table.drain((call) => drained.push(call.name))
    expect(drained).toEqual(['a', 'c'])
    expect(table.pending).toBe(0)
  })
})

describe('RepeatedLog', () => {
  const setUpLog = (options: { quietMs?: number; maxKinds?: number } = {}) => {
    const clock = new ManualClock()
    const lines: Array<readonly [string, string, object | undefined]> = []
    const logger = {
      debug: (message: string, facts?: object) => void lines.push(['debug', message, facts]),
      info: (message: string, facts?: object) => void lines.push(['info', message, facts]),
      warn: (message: string, facts?: object) => void lines.push(['warn', message, facts]),
      error: (message: string, facts?: object) => void lines.push(['error', message, facts])
    }
    return { clock, lines, log: new RepeatedLog({ clock, logger, ...options }) }
  }

  it('says a thing once, then how often it was repeated', async () => {
    const { clock, lines, log } = setUpLog()
    for (let i = 0; i < 1000; i++) log.log('warn', 'bad-frame', `bad frame ${i}`, { i })
    log.log('error', 'other', 'something else')
    expect(lines).toEqual([
      ['warn', 'bad frame 0', { i: 0 }],
      ['error', 'something else', {}]
    ])
    await clock.advance(60_000)
    log.log('warn', 'bad-frame', 'bad frame again', { i: 5 })
    expect(lines.at(-1)).toEqual(['warn', 'bad frame again', { i: 5, repeated: 999 }])
  })

  it('says what is left when flushed, once', () => {
    const { lines, log } = setUpLog()
    log.log('warn', 'a', 'first')
    log.log('warn', 'a', 'second')
    log.flush()
    log.flush()
    expect(lines).toEqual([
      ['warn', 'first', {}],
      ['warn', 'first', { repeated: 1 }]
    ])
  })

  it('tells only so many kinds apart', () => {
    const { lines, log } = setUpLog({ maxKinds: 3 })
    for (let i = 0; i < 100; i++) log.log('info', `kind ${i}`, `line ${i}`)
    expect(lines.map(([, message]) => message)).toEqual(['line 0', 'line 1', 'line 2', 'line 3'])
  })
})
