import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { CallSlots } from '../src/call-slots'
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
    await clock.advance(1000)
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
      setTimeout: (callback) => {
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

  it('finds every call while it grows to the most it may hold', () => {
    const { table, add } = setUp({ maxPending: 1000 })
    const ids = Array.from({ length: 1000 }, (_, i) => add(`call ${i}`, 1000))
    expect(new Set(ids).size).toBe(1000)
    expect(() => add('one too many', 1000)).toThrow(expect.objectContaining({ code: 'TOO_MANY_CALLS' }))
    expect(ids.map((id) => table.take(id)?.name)).toEqual(ids.map((_, i) => `call ${i}`))
    expect(table).toMatchObject({ pending: 0, unknownResponses: 0 })
  })

  it('finds every call while it grows over the last int32, and hands them out oldest first', async () => {
    const { clock, table, overdue, add } = setUp({ firstId: 0x7fff_ffff - 100 })
    const ids = Array.from({ length: 300 }, (_, i) => add(String(i), 1000))
    expect([ids[100], ids[101]]).toEqual([0x7fff_ffff, 0])
    for (let i = 0; i < 300; i += 2) expect(table.take(ids[i] ?? -1)?.name).toBe(String(i))
    await clock.advance(1000)
    expect(overdue).toEqual(Array.from({ length: 150 }, (_, i) => `${2 * i + 1}#${ids[2 * i + 1]}@1000`))
    expect(table).toMatchObject({ pending: 0, unknownResponses: 0, timeouts: 150 })
  })

  it('keeps calls that wait long while ids go round many times', async () => {
    const { clock, table, overdue, add } = setUp()
    const old = Array.from({ length: 5 }, (_, i) => {
      const id = add(`old ${i}`, 10_000)
      for (let n = 0; n < 40; n++) table.take(add('new', 1000))
      return id
    })
    let answered = 0
    for (let n = 0; n < 100_000; n++) if (table.take(add('new', 1000))?.name === 'new') answered++
    expect(answered).toBe(100_000)
    const young = add('young', 1000)
    expect(table).toMatchObject({ pending: 6, unknownResponses: 0 })
    expect(table.take(old[1] ?? -1)?.name).toBe('old 1')
    expect(table.take(old[1] ?? -1)).toBeUndefined()
    expect(table.cancel(old[3] ?? -1)?.name).toBe('old 3')
    await clock.advance(10_000)
    expect(overdue).toEqual([`young#${young}@1000`, 'old 0#0@10000', 'old 2#82@10000', 'old 4#164@10000'])
    expect(table).toMatchObject({ pending: 0, unknownResponses: 1, timeouts: 4 })
  })

  it('takes no answer for a call of another id, whatever the number', () => {
    const { table, add } = setUp()
    const [zero, one] = [add('zero', 1000), add('one', 1000)]
    for (const id of [64, 65, -1, -64, -63, 2 ** 31, 2 ** 32, 2 ** 32 + 1, -(2 ** 31), 0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(table.take(id)).toBeUndefined()
    table.take(one)
    expect(table.take(one)).toBeUndefined()
    expect(table).toMatchObject({ pending: 1, unknownResponses: 14 })
    expect(table.take(zero)?.name).toBe('zero')
  })

  it('lets callbacks answer, cancel, and make calls, of which none is reported twice or for another', async () => {
    const clock = new ManualClock()
    const overdue: string[] = []
    const table: CallTable<Call> = new CallTable<Call>({
      sweep: new Sweep(clock, 100),
      lastId: 3,
      onTimeout: (call, id) => {
        overdue.push(`${call.name}#${id}`)
        if (call.name !== 'a') return
        table.take(1)
        table.cancel(2)
        for (const [name, timeoutMs] of Object.entries({ e: 5000, f: 0, g: 5000 })) add(name, timeoutMs)
      }
    })
    const add = (name: string, timeoutMs: number): number => table.add({ name, deadline: table.deadlineIn(timeoutMs) })
    for (const name of ['a', 'b', 'c', 'd']) add(name, 50)
    await clock.advance(100)
    expect(overdue).toEqual(['a#0', 'd#3', 'f#1'])
    expect(table).toMatchObject({ pending: 2, timeouts: 3, unknownResponses: 0 })
    expect([table.take(0)?.name, table.take(2)?.name]).toEqual(['e', 'g'])
  })

  it('is empty while it is drained, also from a timeout, and keeps calls that are made meanwhile', async () => {
    const clock = new ManualClock()
    const seen: string[] = []
    const table: CallTable<Call> = new CallTable<Call>({
      sweep: new Sweep(clock, 100),
      onTimeout: (call) => {
        seen.push(`timeout ${call.name}`)
        table.drain((drained, id) => {
          seen.push(`drain ${drained.name}, ${table.take(id) === undefined}`)
          if (drained.name === 'b') add('new', 5000)
        })
      }
    })
    const add = (name: string, timeoutMs: number): number => table.add({ name, deadline: table.deadlineIn(timeoutMs) })
    for (const name of ['a', 'b', 'c']) add(name, 50)
    await clock.advance(100)
    expect(seen).toEqual(['timeout a', 'drain b, true', 'drain c, true'])
    expect(table).toMatchObject({ pending: 1, timeouts: 1 })
    expect(clock.pendingTimers).toHaveLength(1)
    expect(table.take(3)?.name).toBe('new')
  })

  it('does what a plain Map would', () => {
    const step = fc.oneof(
      {
        weight: 8,
        arbitrary: fc.record({ do: fc.constant('add' as const), times: fc.integer({ min: 1, max: 80 }), timeoutMs: fc.nat(900) })
      },
      { weight: 8, arbitrary: fc.record({ do: fc.constantFrom('take' as const, 'cancel' as const), which: fc.nat(), times: fc.nat(80) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('pass' as const), times: fc.nat(300) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('takeUnknown' as const), id: fc.integer() }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('sweep' as const), nowMs: fc.nat(1000) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('drain' as const) }) }
    )
    const ids = fc.constantFrom<readonly number[]>([0, 300], [250, 300], [0, 0x7fff_ffff], [0x7fff_ff00, 0x7fff_ffff])
    fc.assert(
      fc.property(ids, fc.array(step, { maxLength: 60 }), ([firstId = 0, lastId = 0], steps) => {
        const got: string[] = []
        const table = new CallTable<Call>({
          sweep: new Sweep(new ManualClock(), 100),
          onTimeout: (call, id) => got.push(`${call.name} timed out as ${id}`),
          maxPending: 256,
          firstId,
          lastId
        })
        const model = new Map<number, Call>()
        const expected: string[] = []
        let unknown = 0
        let added = 0
        let nextId = firstId
        const add = (timeoutMs: number): void => {
          if (model.size >= 256) {
            expect(() => table.add({ name: '', deadline: 0 })).toThrow(expect.objectContaining({ code: 'TOO_MANY_CALLS' }))
            return
          }
          while (model.has(nextId)) nextId = nextId === lastId ? 0 : nextId + 1
          const call = { name: `call ${added++}`, deadline: timeoutMs }
          expect(table.add(call)).toBe(nextId)
          model.set(nextId, call)
          nextId = nextId === lastId ? 0 : nextId + 1
        }
        const remove = (how: 'take' | 'cancel', which: number): void => {
          const id = [...model.keys()][which % Math.max(1, model.size)]
          if (id === undefined) return
          expect(table[how](id)).toBe(model.get(id))
          model.delete(id)
        }
        for (const each of steps) {
          if (each.do === 'add') for (let n = 0; n < each.times; n++) add(each.timeoutMs)
          else if (each.do === 'take' || each.do === 'cancel') for (let n = 0; n < each.times; n++) remove(each.do, each.which + n)
          else if (each.do === 'pass')
            for (let n = 0; n < each.times; n++) {
              add(900)
              remove('take', model.size - 1)
            }
          else if (each.do === 'takeUnknown') {
            if (!model.has(each.id)) unknown++
            expect(table.take(each.id)).toBe(model.get(each.id))
            model.delete(each.id)
          } else if (each.do === 'sweep') {
            for (const [id, call] of model) {
              if (call.deadline > each.nowMs) continue
              expected.push(`${call.name} timed out as ${id}`)
              model.delete(id)
            }
            table.sweep(each.nowMs)
          } else {
            for (const [id, call] of model) expected.push(`${call.name} drained as ${id}`)
            model.clear()
            table.drain((call, id) => got.push(`${call.name} drained as ${id}`))
          }
          expect(got).toEqual(expected)
          expect(table).toMatchObject({ pending: model.size, unknownResponses: unknown })
        }
        for (const [id, call] of model) expect(table.take(id)).toBe(call)
      })
    )
  })
})

describe('CallSlots', () => {
  const call = { name: 'call' }

  it('has as many slots as calls need that are answered in turn', () => {
    const slots = new CallSlots(65_536)
    expect(slots.slots).toBe(0)
    for (let id = 0; id < 100_000; id++) {
      slots.add(id, call, 1000)
      if (id >= 50) slots.remove(id - 50)
    }
    expect(slots).toMatchObject({ slots: 64, size: 50 })
  })

  it('doubles while many wait, but not for a few that wait long', () => {
    const slots = new CallSlots(65_536)
    for (let id = 0; id < 3; id++) slots.add(id, call, 1000)
    for (let id = 3; id < 1000; id++) {
      slots.add(id, call, 1000)
      slots.remove(id)
    }
    expect(slots).toMatchObject({ slots: 64, size: 3 })
    for (let id = 1000; id < 1300; id++) slots.add(id, call, 1000)
    expect(slots).toMatchObject({ slots: 512, size: 303 })
    expect(slots.clear().map(({ id }) => id)).toEqual([0, 1, 2, ...Array.from({ length: 300 }, (_, i) => 1000 + i)])
    expect(slots).toMatchObject({ slots: 0, size: 0 })
  })

  it('has no more slots than calls may wait', () => {
    const slots = new CallSlots(100)
    const ids = Array.from({ length: 100 }, (_, i) => i * 1024)
    for (const id of ids) slots.add(id, call, 1000)
    expect(slots).toMatchObject({ slots: 128, size: 100 })
    expect(ids.every((id) => slots.has(id))).toBe(true)
    expect(ids.every((id) => slots.remove(id) === call)).toBe(true)
    expect(slots.size).toBe(0)
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
