import { describe, expect, it } from '@jest/globals'
import type { Measured } from '../src/measure/measured'
import { Results, rowsWithoutFigures } from '../src/measure/results'
import { type BenchOptions, readOptions } from '../src/options'
import { chart } from '../src/report/chart'
import { figure, rate, times } from '../src/report/format'
import { goalsOf } from '../src/report/goals'
import { markdown } from '../src/report/markdown'
import { table } from '../src/report/table'
import { allRows, type Cell, type Row } from '../src/rows'

const kib: Cell = { bytes: 1024, inFlight: 64 }

describe('figures', () => {
  it('have three digits that count', () => {
    expect([123_456, 1234, 123.4, 12.34, 1.234, 0.1234, 0.012345, 0, undefined].map(figure)).toEqual([
      '123456',
      '1234',
      '123',
      '12.3',
      '1.23',
      '0.123',
      '0.0123',
      '0',
      '—'
    ])
  })

  it('are told apart as rates and ratios', () => {
    expect(rate(1_234_567.8)).toBe('1,234,568')
    expect(times(0.5)).toBe('0.500×')
    expect([rate(undefined), times(undefined)]).toEqual(['—', '—'])
  })
})

describe('a table', () => {
  it('lines up its columns, numbers at the right', () => {
    const text = table(
      [{ title: 'who' }, { title: 'how many', align: 'right' }],
      [
        ['ours', '7'],
        ['a | b', '1,000']
      ]
    )
    expect(text).toBe(['| who    | how many |', '| ------ | -------: |', '| ours   |        7 |', '| a \\| b |    1,000 |'].join('\n'))
  })
})

describe('the report', () => {
  it('is headed by the facts of the machine, and says when it was quick', () => {
    const text = markdown(read('--quick'), [['date', 'today']], new Results(), 'chart.svg')
    expect(text).toMatch(/^# Benchmarks \(QUICK/)
    expect(text).toContain('- date: today')
    expect(text).toContain('](chart.svg)')
    expect(markdown(read(), [], new Results())).toMatch(/^# Benchmarks\n/)
  })

  it('has a line for every row and cell, each with its command, measured or not', () => {
    const text = markdown(read(), [], new Results())
    for (const row of allRows) expect(text).toContain(`npm run bench -- --only ${row.id}`)
    for (const cell of ['128x1', '128x64', '128x256', '1024x1', '1024x64', '1024x256']) expect(text).toContain(`ours-official:${cell}\``)
  })

  it('gives medians of the rounds and ratios of these', () => {
    const results = new Results()
    for (const perSecond of [100, 900, 200]) results.add(row('ours-ours'), kib, of({ perSecond }))
    results.add(row('echo'), kib, of({ perSecond: 400 }))
    results.add(row('java-sync-official'), kib, of({ perSecond: 20 }))
    results.add(row('java-async-official'), kib, of({ perSecond: 50 }))
    const cells = lineOf(markdown(read(), [], results), 'ours-ours:1024x64')
      .split('|')
      .map((cell) => cell.trim())
    expect(cells.slice(2, 5)).toEqual(['200', '0.500×', '4.00×'])
  })

  it("marks every row with our store in memory as not comparable with Java's disk, and no other", () => {
    const text = markdown(read(), [], new Results())
    for (const id of ['ours-ours', 'java-sync-ours', 'java-async-ours', 'ali-ons-ours']) {
      expect(lineOf(text, `${id}:1024x64`)).toContain("not comparable with Java's disk")
    }
    for (const id of ['pull-ours-ours', 'pull-java-ours'])
      expect(lineOf(text, `${id}:1024x32`)).toContain("not comparable with Java's disk")
    for (const id of ['echo', 'ours-disk', 'ours-disk-sync', 'ours-official', 'java-sync-official', 'ali-ons-official']) {
      expect(lineOf(text, `${id}:1024x64`)).not.toContain('not comparable')
    }
  })

  it('says why a row was not run, and what went wrong with one that was', () => {
    const results = new Results()
    results.couldNotRun(row('start-official'), 'no Java')
    results.wentWrong(row('ours-ours'), 'it fell over')
    results.wentWrong(row('ours-ours'), 'and again')
    const text = markdown(read(), [], results)
    expect(lineOf(text, 'start-official`')).toContain('not run: no Java')
    expect(lineOf(text, 'ours-ours:1024x64')).toContain('FAILED: it fell over')
    expect([...results.problems]).toEqual([['ours-ours', 'it fell over']])
  })

  it('marks writes that are all system calls of a process, and adds up what failed', () => {
    const results = new Results()
    for (let round = 0; round < 3; round++) {
      results.add(row('java-sync-ours'), kib, of({ failed: 2, clientWrites: { perMessage: 1.5, source: 'system calls' } }))
    }
    const line = lineOf(markdown(read(), [], results), 'java-sync-ours:1024x64')
    expect(line).toContain('1.50 s |')
    expect(line).toMatch(/\| +6 \|/)
  })
})

describe('a run', () => {
  it('lacks the rows that could run and have no figures in some cell', () => {
    const options = read('--only', 'echo:1024x64,ours-ours,cluster,start-ours,start-official')
    const results = new Results()
    results.add(row('echo'), kib, of({}))
    results.add(row('ours-ours'), kib, of({}))
    results.couldNotRun(row('start-official'), 'no Java')
    expect(rowsWithoutFigures(options, results).map(({ id }) => id)).toEqual(['ours-ours', 'start-ours', 'cluster'])
  })
})

describe('a goal', () => {
  it('is met or not by what was measured, at its bound too', () => {
    const results = new Results()
    results.add(row('echo'), kib, of({ perSecond: 400 }))
    results.add(row('ours-ours'), kib, of({ perSecond: 100 }))
    const echo64 = () => goalsOf(results).find(({ id }) => id === 'G1 *')
    expect(echo64()).toMatchObject({ goal: '≥ 0.25', measured: '0.250', verdict: 'met' })
    for (let round = 0; round < 2; round++) results.add(row('ours-ours'), kib, of({ perSecond: 99 }))
    expect(echo64()).toMatchObject({ verdict: 'not met' })
  })

  it('of the store on disk is held against the rows on disk', () => {
    const results = new Results()
    const add = (id: string, inFlight: number, figures: Partial<Measured>) => results.add(row(id), { bytes: 1024, inFlight }, of(figures))
    add('ours-disk', 256, { perSecond: 300, logWrites: 0.06 })
    add('ours-disk-sync', 256, { perSecond: 120 })
    add('ours-disk', 1000, { perSecond: 100 })
    add('ours-disk-sync', 1000, { perSecond: 59 })
    add('java-async-official', 256, { perSecond: 100 })
    const measured = goalsOf(results).filter(({ verdict }) => verdict !== 'not measured')
    expect(measured.map(({ what, measured, verdict }) => [what, measured, verdict])).toEqual([
      ['sends/s of our pair on disk ÷ Java pair (async), ASYNC_FLUSH, 256', '3.00', 'met'],
      ['SYNC ÷ ASYNC on disk, 256 waiting senders', '0.400', 'met'],
      ['SYNC ÷ ASYNC on disk, 1000 waiting senders', '0.590', 'not met'],
      ['log writes per send on disk, 256 in flight', '0.0600', 'not met']
    ])
  })

  it('that cannot be told is left open', () => {
    expect(goalsOf(new Results()).every(({ verdict }) => verdict === 'not measured')).toBe(true)
  })
})

describe('the chart', () => {
  const results = new Results()
  const heavy: Cell = { bytes: 1024, inFlight: 256 }
  results.add(row('echo'), kib, of({ perSecond: 900_000 }))
  results.add(row('echo'), heavy, of({ perSecond: 2_000_000, clientCpu: 0.3, serverCpu: 0.4 }))
  results.add(row('ours-ours'), heavy, of({ perSecond: 90_000, clientCpu: 3, serverCpu: 4 }))

  it('draws a bar for what was measured, longer for more', () => {
    const svg = chart(results)
    const widths = [...svg.matchAll(/<rect class="b" x="\d+" y="\d+" width="([\d.]+)" height="10"/g)].map((match) => Number(match[1]))
    const bars = widths.filter((width) => width !== 10)
    expect(bars).toHaveLength(4)
    expect(bars[0]).toBeGreaterThan(bars[1] ?? 0)
    expect(bars[2]).toBeLessThan(bars[3] ?? 0)
  })

  it('labels rows, axes and values, and knows dark pages', () => {
    const svg = chart(results)
    for (const text of [
      'our client → our broker',
      'thousand messages per second',
      'microseconds of CPU',
      '>2,000<',
      '>90<',
      'prefers-color-scheme: dark'
    ])
      expect(svg).toContain(text)
    expect(svg).not.toContain('NaN')
    expect(svg).not.toContain('Java client')
  })

  it('of nothing is an empty picture, not an error', () => {
    expect(chart(new Results())).toContain('</svg>')
  })
})

function of(figures: Partial<Measured>): Measured {
  return {
    messages: 1,
    failed: 0,
    firstError: undefined,
    perSecond: 1,
    p50Micros: 1,
    p99Micros: 1,
    clientCpu: 1,
    serverCpu: 1,
    clientWrites: undefined,
    serverWrites: undefined,
    logWrites: undefined,
    storedBeyondAcknowledged: undefined,
    ...figures
  }
}

function read(...args: string[]): BenchOptions {
  const options = readOptions(args)
  if (options === 'help') throw new Error('help was not asked for')
  return options
}

function row(id: string): Row {
  const found = allRows.find((one) => one.id === id)
  if (found === undefined) throw new Error(`no row ${id}`)
  return found
}

/** The table line whose command holds a text. */
function lineOf(text: string, command: string): string {
  const found = text.split('\n').find((line) => line.startsWith('|') && line.includes(`--only ${command}`))
  if (found === undefined) throw new Error(`no line with ${command}`)
  return found
}
