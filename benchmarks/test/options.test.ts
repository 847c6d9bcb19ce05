import { describe, expect, it } from '@jest/globals'
import { BenchOptionError, type BenchOptions, cellsOf, commandOf, isWanted, readOptions, usage } from '../src/options'
import { fullPlan, quickPlan } from '../src/plan'
import { allRows, cellName, type Row } from '../src/rows'

describe('the options of npm run bench', () => {
  it('ask for everything when nothing is said', () => {
    const options = read()
    expect(options).toMatchObject({ plan: fullPlan, release: '5.5.0', javaHeader: 'JSON', out: undefined })
    expect(allRows.every((row) => isWanted(options, row))).toBe(true)
    expect(cellsOf(options, row('ours-ours'))).toEqual(fullPlan.sendCells)
    expect(cellsOf(options, row('pull-ours-ours'))).toEqual(fullPlan.pullCells)
  })

  it('take the quick plan, another release and encoding, and a file', () => {
    const options = read('--quick', '--release', '4.9.7', '--java-header', 'ROCKETMQ', '--out', 'docs/evidence/bench.md')
    expect(options).toMatchObject({ plan: quickPlan, release: '4.9.7', javaHeader: 'ROCKETMQ', out: 'docs/evidence/bench.md' })
  })

  it('ask for more senders of the rows on disk alone', () => {
    const thousand = { bytes: 1024, inFlight: 1000 }
    for (const id of ['ours-disk', 'ours-disk-sync']) expect(cellsOf(read(), row(id))).toEqual([...fullPlan.sendCells, thousand])
    expect(cellsOf(read('--only', 'ours-disk:1024x1000'), row('ours-disk'))).toEqual([thousand])
    expect(() => read('--only', 'ours-ours:1024x1000')).toThrow('no cell')
  })

  it('limit the run to rows, listed or repeated', () => {
    const options = read('--only', 'echo,ours-ours', '--only', 'cluster')
    expect(allRows.filter((one) => isWanted(options, one)).map((one) => one.id)).toEqual(['echo', 'ours-ours', 'cluster'])
  })

  it('limit a row to a cell, also to one that the quick plan leaves out', () => {
    const options = read('--quick', '--only', 'ours-ours:128x256')
    expect(cellsOf(options, row('ours-ours')).map(cellName)).toEqual(['128x256'])
    expect(cellsOf(options, row('echo'))).toEqual([])
  })

  it('take several cells of a row, and the whole row when it is also named whole', () => {
    expect(cellsOf(read('--only', 'echo:128x1,echo:1024x64'), row('echo')).map(cellName)).toEqual(['128x1', '1024x64'])
    expect(cellsOf(read('--only', 'echo:128x1,echo'), row('echo'))).toEqual(fullPlan.sendCells)
    expect(cellsOf(read('--only', 'echo,echo:128x1'), row('echo'))).toEqual(fullPlan.sendCells)
  })

  it.each([
    [['--only', 'nobody'], /no row "nobody".*ours-ours/s],
    [['--only', 'echo:1x1'], /no cell "1x1".*128x1/s],
    [['--only', 'cluster:128x1'], /it has none/],
    [['--release', '3.0.0'], /4\.9\.7, 5\.5\.0, not "3\.0\.0"/],
    [['--java-header', 'XML'], /JSON, ROCKETMQ/],
    [['--out', 'table.txt'], /\.md/],
    [['--fast'], /fast/],
    [['ours-ours'], /ours-ours/]
  ])('refuse %j and say what would do', (args, text) => {
    expect(() => readOptions(args)).toThrow(BenchOptionError)
    expect(() => readOptions(args)).toThrow(text)
  })

  it('print help that names every row', () => {
    expect(readOptions(['--help'])).toBe('help')
    for (const { id } of allRows) expect(usage).toContain(id)
  })
})

describe('the command that runs a row alone', () => {
  it('is read back as that row and cell, in the same way of running', () => {
    const options = read('--quick', '--release', '4.9.7', '--java-header', 'ROCKETMQ')
    const command = commandOf(options, row('ours-official'), { bytes: 1024, inFlight: 64 })
    expect(command).toBe('npm run bench -- --quick --release 4.9.7 --java-header ROCKETMQ --only ours-official:1024x64')
    const again = read(...command.replace('npm run bench -- ', '').split(' '))
    expect({ ...again, wanted: undefined }).toEqual({ ...options, wanted: undefined })
    expect(cellsOf(again, row('ours-official')).map(cellName)).toEqual(['1024x64'])
  })

  it('has no flags that need not be', () => {
    expect(commandOf(read())).toBe('npm run bench')
    expect(commandOf(read(), row('cluster'))).toBe('npm run bench -- --only cluster')
  })
})

describe('the rows', () => {
  it('have names of their own', () => {
    expect(new Set(allRows.map((one) => one.id)).size).toBe(allRows.length)
  })

  it('all have cells in the quick plan', () => {
    for (const one of allRows.filter(({ kind }) => kind === 'send' || kind === 'pull')) {
      expect(cellsOf(read('--quick'), one).length).toBeGreaterThan(0)
    }
  })
})

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
