import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import { DiskMessageStore, SimulatedStoreFiles } from '@rocketmq-ts/store'
import { ManualClock } from 'net-ts-protocol-kit'
import { appendContest } from '../src/store/append-contest'
import { coldReadContest } from '../src/store/cold-read-contest'
import { type Contest, measureContest, ratioOf } from '../src/store/contest'
import type { Footprint } from '../src/store/footprint'
import { hotReadContest } from '../src/store/hot-read-contest'
import { readStoreOptions, StoreBenchOptionError } from '../src/store/options'
import { fullStorePlan, quickStorePlan, type StorePlan } from '../src/store/plan'
import { recoveryContest } from '../src/store/recovery-contest'
import { storeReport } from '../src/store/report'
import { sampleRequests } from '../src/store/requests'
import { sendersContest } from '../src/store/senders-contest'
import { SmallMessages } from '../src/store/small-messages'

/** As little as there can be. */
const tiny: StorePlan = {
  isQuick: true,
  rounds: 1,
  runBytes: 2 ** 20,
  senderSeconds: 0.01,
  footprint: { messages: 100, queues: 10, bytes: 128 }
}

describe('a contest', () => {
  const contest = (run: { readonly ours: () => number; readonly other: () => number }): Contest => ({
    id: 'x',
    title: 'x',
    unit: 'MiB/s',
    contenders: [
      { id: 'ours', title: 'ours', run: run.ours },
      { id: 'other', title: 'other', run: run.other }
    ],
    comparisons: [{ what: 'ours ÷ other', ours: 'ours', other: 'other', atLeast: 0.5 }],
    close: async () => {}
  })

  it('takes turns there and back, and leaves the first round out', async () => {
    const order: string[] = []
    const ran = (name: string, rates: number[]) => () => {
      order.push(name)
      return rates.shift() ?? 0
    }
    const rates = await measureContest(contest({ ours: ran('ours', [999, 1, 2]), other: ran('other', [999, 4, 4]) }), 2)
    expect(order).toEqual(['ours', 'other', 'other', 'ours', 'ours', 'other'])
    expect([...rates]).toEqual([
      ['ours', [1, 2]],
      ['other', [4, 4]]
    ])
  })

  it('compares within each round: a slow one says nothing', () => {
    const rates = new Map([
      ['ours', [50, 5, 60]],
      ['other', [100, 10, 60]]
    ])
    expect(ratioOf(rates, { what: '', ours: 'ours', other: 'other' })).toBe(0.5)
    expect(ratioOf(rates, { what: '', ours: 'ours', other: 'nobody' })).toBeUndefined()
  })

  it('fails when a contender does nothing', async () => {
    await expect(measureContest(contest({ ours: () => 1, other: () => 0 }), 1)).rejects.toThrow('other did nothing')
  })
})

describe('the contests of the store', () => {
  let folder: string
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'rocketmq-ts-bench-test-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  it.each([
    ['append', appendContest],
    ['senders', sendersContest],
    ['hot', hotReadContest],
    ['cold', coldReadContest],
    ['recovery', recoveryContest]
  ])('measure %s on a real disk, every contender and comparison', async (id, make) => {
    const own = join(folder, id)
    mkdirSync(own)
    const contest = await make(own, tiny)
    try {
      const rates = await measureContest(contest, tiny.rounds)
      expect(contest.id).toBe(id)
      expect([...rates.values()].every(([rate]) => (rate ?? 0) > 0)).toBe(true)
      for (const comparison of contest.comparisons) expect(ratioOf(rates, comparison)).toBeGreaterThan(0)
    } finally {
      await contest.close()
    }
  })
})

describe('sample messages', () => {
  it('have keys of their own, and go to the queues in turn', () => {
    const requests = sampleRequests(100, 64, 4)
    expect(new Set(requests.map(({ properties }) => properties.toString())).size).toBe(64)
    expect(requests.slice(0, 5).map(({ queueId }) => queueId)).toEqual([0, 1, 2, 3, 0])
    expect(requests.every(({ body }) => body.length === 100)).toBe(true)
  })

  it('that are small are spread over topics of 8 queues, none with the key of another', async () => {
    const clock = new ManualClock()
    const store = new DiskMessageStore({ directory: '/store', files: new SimulatedStoreFiles({ now: () => clock.now() }), clock })
    await store.start()
    const messages = new SmallMessages(store, 20, 128)
    await messages.fill(130)
    expect([store.maxOffset('bench-footprint-0', 7), store.maxOffset('bench-footprint-2', 3)]).toEqual([7, 6])
    expect(await messages.readSome(6)).toBeGreaterThanOrEqual(120)
    const keys = new Set<string | undefined>()
    for (let queueId = 0; queueId < 4; queueId++) {
      const { records } = await store.read({ topic: 'bench-footprint-2', queueId, queueOffset: 0, maxCount: 32, maxBytes: 2 ** 20 })
      for (const record of records) keys.add(decodeRecord(record).properties.get('UNIQ_KEY'))
    }
    expect(keys.size).toBe(24)
    await store.close()
  })
})

describe('the options of npm run bench:store', () => {
  it('are the whole plan, or the quick one, or parts', () => {
    expect(readStoreOptions([])).toEqual({
      plan: fullStorePlan,
      parts: ['append', 'senders', 'hot', 'cold', 'recovery', 'footprint'],
      out: undefined
    })
    expect(readStoreOptions(['--quick', '--only', 'hot,append', '--out', 'a.md'])).toEqual({
      plan: quickStorePlan,
      parts: ['append', 'hot'],
      out: 'a.md'
    })
    expect(readStoreOptions(['--help'])).toBe('help')
  })

  it.each([
    [['--only', 'nothing'], /"nothing".*footprint/],
    [['--out', 'table.txt'], /\.md/],
    [['--fast'], /fast/]
  ])('refuse %j and say what would do', (args, text) => {
    expect(() => readStoreOptions(args)).toThrow(StoreBenchOptionError)
    expect(() => readStoreOptions(args)).toThrow(text)
  })
})

describe('the report of the store', () => {
  const contest: Contest = {
    id: 'append',
    title: 'append',
    unit: 'MiB/s',
    contenders: [
      { id: 'store', title: 'the store', run: () => 1 },
      { id: 'raw', title: 'writeSync', run: () => 1 }
    ],
    comparisons: [
      { what: 'append ÷ writeSync', ours: 'store', other: 'raw', atLeast: 0.7 },
      { what: '… the other way', ours: 'raw', other: 'store' }
    ],
    close: async () => {}
  }
  const rates = (store: number) =>
    new Map([
      ['store', [store, store, 1]],
      ['raw', [1000, 1000, 1]]
    ])
  const footprint: Footprint = {
    ...{ messages: 10_000_000, queues: 1000, bytes: 128, perSecond: 5e5, emptyBytes: 50 * 2 ** 20, filledBytes: 200 * 2 ** 20 },
    ...{
      filledPeakBytes: 220 * 2 ** 20,
      readPeakBytes: 299 * 2 ** 20,
      reopenedBytes: 60 * 2 ** 20,
      startMs: [100, 1999, 3000],
      serverStartMs: [400]
    }
  }

  it('holds every ratio with a goal against it, at its bound too', () => {
    const text = storeReport(fullStorePlan, [], [{ contest, rates: rates(700) }], undefined)
    expect(cellsOf(text, 'append ÷ writeSync')).toEqual(['append ÷ writeSync', '≥ 0.7', '0.700', 'met'])
    expect(cellsOf(text, '… the other way')).toEqual(['… the other way', '', '1.43', ''])
    expect(cellsOf(storeReport(fullStorePlan, [], [{ contest, rates: rates(690) }], undefined), 'append ÷')[3]).toBe('not met')
  })

  it('tells rates with their least and most, and nothing of memory that was not measured', () => {
    const text = storeReport(fullStorePlan, [['date', 'today']], [{ contest, rates: rates(700) }], undefined)
    expect(cellsOf(text, 'writeSync')).toEqual(['writeSync', '1,000', '1', '1,000'])
    expect(text).toMatch(/^# Store on disk\n\n- date: today/)
    expect(text).not.toContain('Memory')
  })

  it('holds memory and start against theirs', () => {
    const goals = (of: Footprint) => {
      const text = storeReport(quickStorePlan, [], [], of)
      return [cellsOf(text, 'most memory'), cellsOf(text, 'start after a clean stop with')].map((cells) => cells.slice(2))
    }
    expect(goals(footprint)).toEqual([
      ['299 MiB', 'met'],
      ['1999', 'met']
    ])
    expect(goals({ ...footprint, readPeakBytes: 300 * 2 ** 20, startMs: [2000] })).toEqual([
      ['300 MiB', 'not met'],
      ['2000', 'not met']
    ])
    expect(storeReport(quickStorePlan, [], [], footprint)).toMatch(/^# Store on disk \(QUICK/)
  })
})

/** The cells of the first table line that begins so. */
function cellsOf(text: string, first: string): string[] {
  const found = text.split('\n').find((line) => line.startsWith(`| ${first}`))
  if (found === undefined) throw new Error(`no line that begins with ${first}`)
  return found
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim())
}
