import { describe, expect, it } from '@jest/globals'
import { decodeRecord } from '@rocketmq-ts/remoting/wire'
import type { QueryRequest } from '../../src'
import { queryIndex } from '../../src/query/query-index'
import { EVER, IndexBench, recordOf } from '../disk/index-files/fixture'

const START = 1_700_000_000_000

/** `count` records with keys, the first `others` of them with the first key, all hashes equal. */
function bench(keys: readonly string[]) {
  const records = new Map<number, Buffer>()
  const index = new IndexBench(undefined, { indexSlots: 7, indexEntries: 100 })
  keys.forEach((key, i) => {
    const record = { at: i * 100, time: START + i, properties: { KEYS: key } }
    index.add(record)
    records.set(record.at, recordOf(record))
  })
  const ask = async (change: Partial<QueryRequest>) => {
    const request = { topic: 'T', key: 'Aa', maxCount: 64, ...EVER, ...change }
    const result = await queryIndex(index.index, { at: async (physicalOffset) => records.get(physicalOffset) }, request)
    return result.records.map((record) => decodeRecord(record).physicalOffset)
  }
  return { index, records, ask }
}

describe('a query of an index', () => {
  it('looks behind messages of another key with the same hash', async () => {
    const { ask } = bench(['Aa', 'Aa', 'Aa', ...Array.from({ length: 100 }, () => 'BB')])
    expect(await ask({ key: 'Aa', maxCount: 2 })).toEqual([100, 200])
    expect(await ask({ key: 'BB', maxCount: 2 })).toEqual([10_100, 10_200])
  })

  it('gives up when all that it is shown has another key', async () => {
    const { ask, index } = bench(['Aa', ...Array.from({ length: 1000 }, () => 'BB')])
    const asked: number[] = []
    const find = index.index.find.bind(index.index)
    index.index.find = (query) => {
      asked.push(query.maxCount)
      return find(query)
    }
    expect(await ask({ key: 'Aa', maxCount: 1 })).toEqual([])
    expect(asked).toEqual([1, 8, 64])
  })

  it('leaves out records that are gone', async () => {
    const { ask, records } = bench(['Aa', 'Aa', 'Aa'])
    records.delete(100)
    expect(await ask({})).toEqual([0, 200])
  })

  it('keeps to the millisecond, where the index knows seconds', async () => {
    const { ask } = bench(['Aa', 'Aa', 'Aa', 'Aa'])
    expect(await ask({ beginMs: START + 1, endMs: START + 2 })).toEqual([100, 200])
  })
})
