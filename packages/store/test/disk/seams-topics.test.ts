import { describe, expect, it } from '@jest/globals'
import { FileError, type SimulatedStoreFiles } from '../../src'
import { Bench, codeOf } from './support/bench'

const MODES = ['ASYNC_FLUSH', 'SYNC_FLUSH'] as const

const withText = (bodies: readonly string[]): string[] => bodies.map((body) => body.replace(/^\d+ /, ''))
const body = (text: string) => ({ body: Buffer.from(text) })

/** Removes everything that can be made again from the log. */
function withoutQueues(files: SimulatedStoreFiles): SimulatedStoreFiles {
  const left = files.afterKill()
  for (const path of left.paths) if (path.includes('/consumequeue/') || path.includes('/index/')) left.remove(path)
  left.remove('/store/checkpoint')
  left.remove('/store/rocketmq-ts/progress.json')
  return left
}

describe.each(MODES)('a topic that is deleted and made again, %s,', (flush) => {
  it('while its records are staged begins at 0, for good', async () => {
    const bench = await Bench.start({ flush })
    await bench.send(3, body('old'))
    bench.append(body('staged'))
    bench.store.deleteTopic('T')
    expect(bench.append(body('new')).queueOffset).toBe(0)
    expect(bench.append(body('newer')).queueOffset).toBe(1)
    bench.commit()
    await bench.clock.settle()
    expect(withText(await bench.bodies('T'))).toEqual(['new', 'newer'])
    for (const files of [bench.files.afterKill(), withoutQueues(bench.files)]) {
      const next = await bench.next(files)
      expect(withText(await next.bodies('T'))).toEqual(['new', 'newer'])
      await next.store.close()
    }
  })

  it('while its records wait for the disk begins at 0, and nobody hears of the old ones', async () => {
    const bench = await Bench.start({ flush })
    const arrivals: number[] = []
    bench.files.hold(({ name }) => name === 'sync')
    bench.append(body('waiting'))
    const first = bench.commit()
    bench.store.onArrival(({ queueOffset }) => arrivals.push(queueOffset))
    bench.store.deleteTopic('T')
    bench.append(body('new'))
    const second = bench.commit()
    bench.files.release()
    await bench.clock.settle()
    expect([first, second, arrivals]).toEqual([['COMMITTED'], ['COMMITTED'], [0]])
    expect(withText(await bench.bodies('T'))).toEqual(['new'])
    await bench.store.close()
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    expect(withText(await next.bodies('T'))).toEqual(['new'])
    const rebuilt = await bench.next(withoutQueues(bench.files))
    expect(withText(await rebuilt.bodies('T'))).toEqual(['new'])
  })

  it('keeps its new records when the staged ones could not be written', async () => {
    const bench = await Bench.start({ flush })
    bench.append(body('staged '.repeat(50)))
    bench.store.deleteTopic('T')
    const full = bench.files.failWhere(({ name, path }) => (name === 'write' && path.includes('/commitlog/') ? 'ENOSPC' : undefined))
    expect(bench.commit()).toEqual(['FAILED'])
    full.cancel()
    await bench.send(2, body('new'))
    await bench.clock.advance(30_000)
    for (const files of [bench.files.afterKill(), withoutQueues(bench.files)]) {
      const next = await bench.next(files)
      expect(withText(await next.bodies('T'))).toEqual(['new', 'new'])
    }
  })

  it('keeps its new records though the disk was too full to note where the log ends again', async () => {
    const bench = await Bench.start({ flush })
    bench.append(body('staged '.repeat(50)))
    bench.store.deleteTopic('T')
    const full = bench.files.failWhere(({ name }) => (name === 'write' ? 'ENOSPC' : undefined))
    expect(bench.commit()).toEqual(['FAILED'])
    expect(codeOf(() => bench.append())).toBe('STORE_NOT_WRITABLE')
    full.cancel()
    await bench.send(2, body('new'))
    await bench.clock.advance(30_000)
    const next = await bench.next(withoutQueues(bench.files))
    expect(withText(await next.bodies('T'))).toEqual(['new', 'new'])
  })
})

it('a topic that is deleted right before a power cut keeps the records that come after it, where the old ones were', async () => {
  const bench = await Bench.start()
  await bench.send(5, body('old'))
  bench.store.deleteTopic('T')
  const next = await bench.next(bench.files.afterPowerCut('none'))
  await next.send(2, body('new'))
  await next.clock.advance(30_000)
  for (const files of [next.files.afterKill(), withoutQueues(next.files)]) {
    const last = await next.next(files)
    expect(withText(await last.bodies('T'))).toEqual(['new', 'new'])
  }
})

describe('a topic whose deletion could not be noted', () => {
  it.each(['ENOSPC', 'EIO'])('is there as before, also for the next process: %s', async (reason) => {
    const bench = await Bench.start()
    await bench.send(2, body('kept'))
    await bench.clock.advance(2000)
    const failure = bench.files.failWhere(({ path }) => (path.includes('state.json') ? reason : undefined))
    expect(() => bench.store.deleteTopic('T')).toThrow(FileError)
    failure.cancel()
    expect(withText(await bench.bodies('T'))).toEqual(['kept', 'kept'])
    const killed = await bench.next()
    expect(withText(await killed.bodies('T'))).toEqual(['kept', 'kept'])
    await bench.store.close()
    const next = await bench.next(bench.files)
    expect(withText(await next.bodies('T'))).toEqual(['kept', 'kept'])
    expect(next.store.recovery).toMatchObject({ isClean: true })
  })
})

describe('a topic whose files could not be removed', () => {
  it('keeps what was stored in it since, and nothing else', async () => {
    const bench = await Bench.start()
    await bench.send(2, { ...body('old'), queueId: 0 })
    await bench.send(2, { ...body('old'), queueId: 1 })
    await bench.clock.advance(2000)
    const failure = bench.files.failWhere(({ name, path }) => (name === 'remove' && path.includes('/T/1') ? 'EIO' : undefined))
    expect(() => bench.store.deleteTopic('T')).toThrow(FileError)
    failure.cancel()
    await bench.send(2, { ...body('new'), queueId: 0 })
    await bench.send(1, { topic: 'U' })
    await bench.clock.advance(30_000)
    const next = await bench.next()
    expect(withText(await next.bodies('T', 0))).toEqual(['new', 'new'])
    expect(await next.bodies('T', 1)).toEqual([])
    expect(next.append({ queueId: 0 }).queueOffset).toBe(2)
    expect(next.append({ queueId: 1 }).queueOffset).toBe(0)
  })
})

describe('what is remembered of deleted topics', () => {
  const noted = (bench: Bench): number => JSON.parse(bench.files.bytesOf('/store/rocketmq-ts/state.json').toString()).deletedTopics.length

  it('is nothing when nothing was stored in them', async () => {
    const bench = await Bench.start()
    await bench.send()
    for (let i = 0; i < 50; i++) bench.store.deleteTopic(`never-${i}`)
    expect(noted(bench)).toBe(0)
    await bench.store.close()
  })

  it('goes with their records', async () => {
    const bench = await Bench.start({
      retentionHours: 1,
      deleteWhen: '00;01;02;03;04;05;06;07;08;09;10;11;12;13;14;15;16;17;18;19;20;21;22;23'
    })
    for (let i = 0; i < 20; i++) {
      await bench.send(1, { topic: `topic-${i}`, body: Buffer.alloc(3000) })
      bench.store.deleteTopic(`topic-${i}`)
    }
    expect(noted(bench)).toBe(20)
    await bench.clock.advance(2 * 3_600_000)
    await bench.send(1, { topic: 'last' })
    bench.store.deleteTopic('last')
    expect(noted(bench)).toBeLessThan(5)
    await bench.store.close()
  })
})

describe('a topic name or queue id that cannot be a directory', () => {
  it.each([
    ['../T', 0],
    ['a/b', 0],
    ['', 0],
    ['.', 0],
    ['标签', 0],
    ['T', -1],
    ['T', 0.5]
  ])('is refused, and nothing is staged: %j %d', async (topic, queueId) => {
    const bench = await Bench.start()
    const { physicalOffset, size, queueOffset } = bench.append()
    for (const sysFlag of [0, 4]) expect(codeOf(() => bench.append({ topic, queueId, sysFlag }))).toBe('TOPIC_NAME_ILLEGAL')
    if (topic !== 'T') bench.store.deleteTopic(topic)
    expect(bench.append()).toMatchObject({ physicalOffset: physicalOffset + size, queueOffset: queueOffset + 1 })
    await bench.store.close()
  })

  it('is that of no record: a start leaves one out that says so', async () => {
    const bench = await Bench.start({ recordCrc: false })
    await bench.send(1, { topic: 'oops' })
    await bench.send(1, { topic: 'kept' })
    await bench.store.close()
    const files = withoutQueues(bench.files)
    const log = '/store/commitlog/00000000000000000000'
    const at = files.bytesOf(log).indexOf('oops')
    files.overwrite(log, at, Buffer.from('/'))
    const next = await bench.next(files)
    expect(await next.bodies('kept')).toHaveLength(1)
    await next.store.close()
  })
})

describe('a queue of which nothing was ever stored', () => {
  it('because its record was refused leaves a clean start clean', async () => {
    const bench = await Bench.start()
    await bench.send()
    expect(codeOf(() => bench.append({ topic: 'U', body: Buffer.alloc(100_000) }))).toBe('MESSAGE_TOO_LARGE')
    bench.append({ topic: 'V' })
    const failure = bench.files.failWhere(({ name, path }) => (name === 'write' && path.includes('/commitlog/') ? 'ENOSPC' : undefined))
    expect(bench.commit()).toEqual(['FAILED'])
    expect(codeOf(() => bench.append({ topic: 'W', body: Buffer.alloc(4000) }))).toMatch(/nothing|STORE_NOT_WRITABLE/)
    bench.commit()
    failure.cancel()
    await bench.store.close()
    const next = await bench.next(bench.files)
    expect(next.store.recovery).toMatchObject({ isClean: true })
    await next.store.close()
  })
})

describe('a crash at any moment around the deletion of a topic', () => {
  it.each([
    ['kill', 'ASYNC_FLUSH'],
    ['kill', 'SYNC_FLUSH'],
    [{ seed: 1 }, 'SYNC_FLUSH'],
    [{ seed: 2 }, 'SYNC_FLUSH'],
    ['none', 'SYNC_FLUSH']
  ] as const)('brings none of its records back, and costs none of the new ones: %j, %s', async (end, flush) => {
    const bench = await Bench.start({ flush })
    const moments: {
      readonly files: SimulatedStoreFiles
      readonly isDeleted: boolean
      readonly acknowledged: number
      readonly at: string
    }[] = []
    let isDeleted = false
    let acknowledged = 0
    bench.files.watch(({ name, path }) => moments.push({ files: bench.files.clone(), isDeleted, acknowledged, at: `${name} ${path}` }))
    const sendNew = async (): Promise<void> => {
      if ((await bench.send(1, body('new'))) === 'COMMITTED') acknowledged++
    }
    await bench.send(10, body('old'))
    await bench.send(2, { ...body('old'), queueId: 1 })
    await bench.clock.advance(1500)
    bench.append(body('old'))
    bench.store.deleteTopic('T')
    isDeleted = true
    await sendNew()
    await bench.clock.advance(1500)
    await sendNew()
    await bench.clock.advance(12_000)
    await sendNew()
    await bench.store.close()
    for (const moment of moments) {
      const left = end === 'kill' ? moment.files.afterKill() : moment.files.afterPowerCut(end)
      for (const next of [await bench.next(left.clone()), await bench.next(withoutQueues(left))]) {
        const found = withText([...(await next.bodies('T', 0)), ...(await next.bodies('T', 1))])
        const old = found.filter((text) => text === 'old').length
        const fresh = found.length - old
        if (moment.isDeleted) expect([moment.at, old]).toEqual([moment.at, 0])
        if (fresh < moment.acknowledged) expect([moment.at, fresh]).toEqual([moment.at, moment.acknowledged])
        await next.store.close()
      }
    }
  })
})
