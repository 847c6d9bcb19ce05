import { expect, it } from '@jest/globals'
import { decodeRecord, encodeProperties } from '@rocketmq-ts/remoting/wire'
import { MemoryMessageStore } from '../../src'

const host = { host: '127.0.0.1', port: 1 }

function keyed(key: string, bodyBytes = 100) {
  return {
    ...{ topic: 'T', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: 0, bornHost: host, storeHost: host, reconsumeTimes: 0 },
    ...{ preparedTransactionOffset: 0, body: Buffer.alloc(bodyBytes), properties: encodeProperties([['KEYS', key]]), tagsCode: 0 }
  }
}

async function offsets(store: MemoryMessageStore, key: string): Promise<number[]> {
  const { records } = store.query({ topic: 'T', key, maxCount: 64, beginMs: 0, endMs: 2 })
  return records.map((record) => decodeRecord(record).queueOffset)
}

it('a full memory store finds by key what it still has, however long it has been asked', async () => {
  const sizes = { chunkBytes: 32 * 1024, maxBytes: 128 * 1024, maxMessageBytes: 1024 }
  const store = new MemoryMessageStore({ now: () => 1, defer: (callback) => process.nextTick(callback), ...sizes })
  await store.start()
  for (let i = 0; i < 5000; i++) {
    store.append(keyed(`key-${i % 100}`))
    store.commit()
    if (i % 37 !== 0) continue
    const wanted = i % 100
    const kept: number[] = []
    for (let offset = wanted; offset <= i; offset += 100) if (offset >= store.minOffset('T', 0)) kept.push(offset)
    expect(await offsets(store, `key-${wanted}`)).toEqual(kept)
  }
  expect(store.minOffset('T', 0)).toBeGreaterThan(4000)
})

it('a memory store that was not asked while it dropped records begins with those that are left', async () => {
  const sizes = { chunkBytes: 32 * 1024, maxBytes: 128 * 1024, maxMessageBytes: 1024 }
  const store = new MemoryMessageStore({ now: () => 1, defer: (callback) => process.nextTick(callback), ...sizes })
  await store.start()
  for (let i = 0; i < 2000; i++) {
    store.append(keyed(String(i)))
    store.commit()
  }
  const oldest = store.minOffset('T', 0)
  expect(await offsets(store, String(oldest - 1))).toEqual([])
  expect(await offsets(store, String(oldest))).toEqual([oldest])
})
