import { describe, expect, test } from '@jest/globals'
import { SimulatedStoreFiles, type StoreFile } from '@rocketmq-ts/store'

const SECTOR = 512
const seeds = Array.from({ length: 200 }, (_, seed) => ({ seed }))

const write = (files: SimulatedStoreFiles, path: string, text: string, position = 0): StoreFile => {
  const file = files.open(path, 'create')
  file.writeNow(Buffer.from(text), position)
  return file
}
const textAt = (files: SimulatedStoreFiles, path: string): string | undefined =>
  files.stat(path) === undefined ? undefined : files.bytesOf(path).toString()
const distinct = (values: Iterable<unknown>): unknown[] => [...new Set(values)].sort()

describe('a power cut on a simulated disk', () => {
  test('leaves what was synced, of content and of names', async () => {
    const files = new SimulatedStoreFiles()
    await write(files, 'a', 'synced').sync()
    files.syncDirectory('')
    write(files, 'a', 'SYN')
    for (const { seed } of seeds) expect(textAt(files.afterPowerCut({ seed }), 'a')).toMatch(/^(syn|SYN)ced$/)
    expect(textAt(files.afterPowerCut('none'), 'a')).toBe('synced')
    expect(textAt(files.afterPowerCut('all'), 'a')).toBe('SYNced')
    expect(textAt(files, 'a')).toBe('SYNced')
  })

  test('tears a write at sectors, in any selection', () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.alloc(4 * SECTOR, 'o'))
    write(files, 'a', 'n'.repeat(4 * SECTOR)).close()
    const states = seeds.map((cut) => {
      const bytes = files.afterPowerCut(cut).bytesOf('a')
      const sectors = [0, 1, 2, 3].map((index) => distinct(bytes.subarray(index * SECTOR, (index + 1) * SECTOR)))
      for (const sector of sectors) expect(sector).toHaveLength(1)
      return sectors.map(([byte]) => String.fromCharCode(Number(byte))).join('')
    })
    expect(distinct(states)).toEqual(expect.arrayContaining(['oooo', 'nnnn', 'nooo', 'ooon', 'onno']))
  })

  test('may keep a later write and lose an earlier one', () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.alloc(2 * SECTOR, '.'))
    const file = write(files, 'a', 'first')
    file.writeNow(Buffer.from('later'), SECTOR)
    const states = seeds.map((cut) => {
      const bytes = files.afterPowerCut(cut).bytesOf('a')
      return [bytes.subarray(0, 5), bytes.subarray(SECTOR, SECTOR + 5)].join(' ')
    })
    expect(distinct(states)).toEqual(['..... .....', '..... later', 'first .....', 'first later'])
  })

  test('may leave a file longer than its content, which reads as zeros, or shorter', () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.alloc(0))
    const file = write(files, 'a', 'x'.repeat(SECTOR))
    file.writeNow(Buffer.alloc(SECTOR, 'y'), SECTOR)
    const states = seeds.map((cut) => files.afterPowerCut(cut).bytesOf('a'))
    expect(distinct(states.map((bytes) => bytes.length))).toEqual([0, SECTOR, 2 * SECTOR].sort())
    expect(states.some((bytes) => bytes.length === 2 * SECTOR && bytes.every((byte) => byte === 0))).toBe(true)
  })

  test('may undo a cut', () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.from('abcdef'))
    files.open('a', 'write').truncate(2)
    expect(distinct(seeds.map((cut) => textAt(files.afterPowerCut(cut), 'a')))).toEqual(['ab', 'abcdef'])
  })

  test('may lose names that were made, renamed or removed, until their directory is synced', () => {
    const files = new SimulatedStoreFiles()
    files.put('d/old', Buffer.from('old'))
    files.put('d/gone', Buffer.from('gone'))
    write(files, 'd/new', 'new').syncNow()
    files.rename('d/new', 'd/old')
    files.remove('d/gone')
    const states = (): unknown[] =>
      distinct(
        seeds.map((cut) => {
          const left = files.afterPowerCut(cut)
          return left.paths.map((path) => `${path}=${textAt(left, path)}`).join(' ')
        })
      )
    expect(states()).toEqual(['/d/gone=gone /d/new=new /d/old=old', '/d/gone=gone /d/old=new', '/d/gone=gone /d/old=old', '/d/old=new'])
    expect(files.afterPowerCut('none').paths).toEqual(['/d/gone', '/d/old'])
    files.syncDirectory('d')
    expect(states()).toEqual(['/d/old=new'])
  })

  test('takes a directory away with all that is in it, when the one above was not synced', () => {
    const files = new SimulatedStoreFiles()
    files.makeDirectory('a/b')
    write(files, 'a/b/c', 'x').syncNow()
    files.syncDirectory('a/b')
    expect(distinct(seeds.map((cut) => files.afterPowerCut(cut).paths.length))).toEqual([0, 1])
    files.syncDirectory('a')
    files.syncDirectory('')
    expect(distinct(seeds.map((cut) => files.afterPowerCut(cut).paths.length))).toEqual([1])
  })

  test('leaves a rename between directories done or not done, never half', () => {
    const files = new SimulatedStoreFiles()
    files.put('a/x', Buffer.from('x'))
    files.makeDirectory('b')
    files.syncDirectory('')
    files.rename('a/x', 'b/x')
    files.syncDirectory('b')
    expect(distinct(seeds.map((cut) => files.afterPowerCut(cut).paths.join()))).toEqual(['/a/x', '/b/x'])
    files.syncDirectory('a')
    expect(distinct(seeds.map((cut) => files.afterPowerCut(cut).paths.join()))).toEqual(['/b/x'])
  })

  test('is the same for the same seed', () => {
    const files = new SimulatedStoreFiles()
    for (let i = 0; i < 20; i++) write(files, `f${i % 3}`, 'x'.repeat(700), i * 100)
    for (const cut of seeds.slice(0, 20)) {
      const [one, other] = [files.afterPowerCut(cut), files.afterPowerCut(cut)]
      expect(one.paths).toEqual(other.paths)
      for (const path of one.paths) expect(one.bytesOf(path)).toEqual(other.bytesOf(path))
    }
  })

  test('does not lose what was found after the one before', () => {
    const files = new SimulatedStoreFiles()
    write(files, 'a', 'abc')
    const found = files.afterPowerCut('all')
    expect(textAt(found.afterPowerCut('none'), 'a')).toBe('abc')
  })
})

describe('a sync on a simulated disk', () => {
  test('saves what was written before it began, not what came while it was under way', async () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.from('---'))
    const file = write(files, 'a', '1')
    files.hold(({ name }) => name === 'sync')
    const sync = file.sync()
    file.writeNow(Buffer.from('2'), 1)
    expect(files.held.map(({ name }) => name)).toEqual(['sync'])
    expect(textAt(files.afterPowerCut('none'), 'a')).toBe('---')
    files.release()
    await sync
    expect(textAt(files.afterPowerCut('none'), 'a')).toBe('1--')
  })

  test('that fails loses what it was to save, though the next one succeeds', async () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.from('---'))
    const file = write(files, 'a', '1')
    files.failAt(1, 'EIO')
    await expect(file.sync()).rejects.toMatchObject({ code: 'FILE_FAILED', operation: 'sync', reason: 'EIO' })
    file.writeNow(Buffer.from('2'), 1)
    await file.sync()
    expect(textAt(files, 'a')).toBe('12-')
    expect(textAt(files.afterKill(), 'a')).toBe('12-')
    expect(textAt(files.afterPowerCut('all'), 'a')).toBe('-2-')
  })
})

describe('the death of a process on a simulated disk', () => {
  test('leaves all that was written, and what was not synced is still not', () => {
    const files = new SimulatedStoreFiles()
    write(files, 'a', 'abc')
    const found = files.afterKill()
    expect(textAt(found, 'a')).toBe('abc')
    expect(found.openPaths).toEqual([])
    expect(found.afterPowerCut('none').paths).toEqual([])
  })

  test('the next process is another, and does not find the first', () => {
    const files = new SimulatedStoreFiles()
    const found = files.afterKill()
    expect(found.startOf(files.self.pid)).toBeUndefined()
    expect(found.startOf(found.self.pid)).toBe(found.self.startedAt)
  })

  test('a process beside it sees what it writes, and finds it alive', () => {
    const files = new SimulatedStoreFiles()
    const other = files.seenBy({ pid: 7, startedAt: 'later' })
    write(files, 'a', 'abc')
    expect(textAt(other, 'a')).toBe('abc')
    expect(other.startOf(files.self.pid)).toBe(files.self.startedAt)
    expect(files.startOf(7)).toBe('later')
    files.locks.set('a', [files.self.pid])
    expect(other.lockHolders('a')).toEqual([files.self.pid])
    expect(files.afterKill().lockHolders('a')).toEqual([])
    expect(other.afterKill().lockHolders('a')).toEqual([files.self.pid])
  })
})

describe('a copy of a simulated disk', () => {
  test('goes its own way in content, names, space and what is not synced', () => {
    const files = new SimulatedStoreFiles()
    write(files, 'a', 'abc')
    const copy = files.clone()
    write(copy, 'a', 'X')
    write(files, 'a', 'Y', 2)
    copy.remove('b')
    write(copy, 'b', 'new')
    expect([textAt(files, 'a'), textAt(copy, 'a'), files.paths, copy.paths]).toEqual(['abY', 'Xbc', ['/a'], ['/a', '/b']])
    expect(copy.freeBytes).toBe(files.freeBytes - 4096)
    copy.open('a', 'write').syncNow()
    copy.syncDirectory('')
    expect(textAt(copy.afterPowerCut('none'), 'a')).toBe('Xbc')
    expect(files.afterPowerCut('none').paths).toEqual([])
  })

  test('can be taken before each operation', () => {
    const files = new SimulatedStoreFiles()
    const seen: (string | undefined)[] = []
    const stop = files.watch(({ name }) => seen.push(`${name}: ${textAt(files.clone(), 'a')}`))
    const file = write(files, 'a', 'abc')
    file.truncate(1)
    stop()
    file.truncate(0)
    expect(seen).toEqual(['open: undefined', 'write: ', 'truncate: abc'])
  })

  test('of a large sparse file costs what was written', () => {
    const files = new SimulatedStoreFiles()
    const file = write(files, 'a', 'end', 1024 ** 3 - 3)
    expect(files.stat('a')).toMatchObject({ bytes: 1024 ** 3, allocatedBytes: 4096 })
    const copies = Array.from({ length: 1000 }, () => files.clone())
    expect(
      copies
        .at(-1)
        ?.bytesOf('a', 1024 ** 3 - 4)
        .toString()
    ).toBe('\0end')
    file.close()
  })
})

describe('planned failures of a simulated disk', () => {
  test('the n-th operation fails, and only that', () => {
    const files = new SimulatedStoreFiles()
    const failure = files.failAt(2, 'EIO')
    const file = files.open('a', 'create')
    expect(() => file.writeNow(Buffer.from('a'), 0)).toThrow('write a: EIO')
    expect(file.writeNow(Buffer.from('b'), 0)).toBe(1)
    expect(failure.failed).toEqual([{ number: 2, name: 'write', path: 'a' }])
    expect(files.operations.map(({ name }) => name)).toEqual(['open', 'write', 'write'])
  })

  test('operations fail by choice until the plan is cancelled', async () => {
    const files = new SimulatedStoreFiles()
    files.put('a', Buffer.from('a'))
    const failure = files.failWhere(({ name, path }) => (name === 'read' && path === 'a' ? 'EIO' : undefined))
    const file = files.open('a', 'read')
    await expect(file.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ reason: 'EIO' })
    expect(() => file.readNow(Buffer.alloc(1), 0)).toThrow('EIO')
    failure.cancel()
    expect(await file.read(Buffer.alloc(1), 0)).toBe(1)
    expect(failure.failed).toHaveLength(2)
  })

  test('every kind of operation can fail', () => {
    const files = new SimulatedStoreFiles()
    const file = files.open('a', 'create')
    files.failWhere(() => 'EIO')
    const calls = [
      () => files.open('a', 'read'),
      () => files.stat('a'),
      () => files.list(''),
      () => files.makeDirectory('d'),
      () => files.rename('a', 'b'),
      () => files.remove('a'),
      () => files.syncDirectory(''),
      () => files.space(''),
      () => file.size(),
      () => file.readNow(Buffer.alloc(1), 0),
      () => file.writeNow(Buffer.alloc(1), 0),
      () => file.truncate(0),
      () => file.syncNow()
    ]
    for (const call of calls) expect(call).toThrow(expect.objectContaining({ code: 'FILE_FAILED', reason: 'EIO' }))
    expect(new Set(files.operations.map(({ name }) => name)).size).toBe(calls.length)
    expect(files.paths).toEqual(['/a'])
  })

  test('writes are made shorter, but never nothing, and the rest can follow', () => {
    const files = new SimulatedStoreFiles()
    files.shortenWrites(1)
    const file = files.open('a', 'create')
    const lengths = Array.from({ length: 50 }, () => file.writeNow(Buffer.alloc(10), 0))
    expect(Math.min(...lengths)).toBe(1)
    expect(Math.max(...lengths)).toBe(10)
    files.shortenWrites(undefined)
    expect(file.writeNow(Buffer.alloc(10), 0)).toBe(10)
  })

  test('asynchronous operations end in the order of their calls, later than the call', async () => {
    const files = new SimulatedStoreFiles()
    const file = files.open('a', 'create')
    const ends: string[] = []
    const all = [
      file.write(Buffer.from('abc'), 0).then(() => ends.push('write')),
      file.read(Buffer.alloc(1), 0).then((count) => ends.push(`read ${count}`)),
      file.sync().then(() => ends.push('sync'))
    ]
    expect([ends, textAt(files, 'a')]).toEqual([[], ''])
    await Promise.all(all)
    expect(ends).toEqual(['write', 'read 1', 'sync'])
  })

  test('held operations happen one by one, or all', async () => {
    const files = new SimulatedStoreFiles()
    const file = files.open('a', 'create')
    files.hold()
    const writes = ['a', 'b', 'c'].map((text, index) => file.write(Buffer.from(text), index))
    files.release(1)
    await writes[0]
    expect(textAt(files, 'a')).toBe('a')
    expect(files.held).toHaveLength(2)
    files.release()
    await Promise.all(writes)
    expect(textAt(files, 'a')).toBe('abc')
    await file.sync()
  })
})

describe('space on a simulated disk', () => {
  test('a write behind the last of it is cut short, then refused; what lies within is still written', () => {
    const files = new SimulatedStoreFiles({ totalBytes: 8192 })
    const file = files.open('a', 'create')
    expect(file.writeNow(Buffer.alloc(5000), 1000)).toBe(5000)
    expect(file.writeNow(Buffer.alloc(5000), 6000)).toBe(2192)
    expect(() => file.writeNow(Buffer.alloc(1), 8192)).toThrow('ENOSPC')
    expect(file.writeNow(Buffer.alloc(8192), 0)).toBe(8192)
    expect(files.space('')).toEqual({ totalBytes: 8192, freeBytes: 0 })
  })

  test('a hole takes none until it is filled', () => {
    const files = new SimulatedStoreFiles({ totalBytes: 4096 })
    const file = files.open('a', 'create')
    file.truncate(1024 ** 2)
    expect(files.freeBytes).toBe(4096)
    expect(file.writeNow(Buffer.alloc(1), 500_000)).toBe(1)
    expect(() => file.writeNow(Buffer.alloc(1), 0)).toThrow('ENOSPC')
  })

  test('comes back when a file is cut, removed, or another takes its place', () => {
    const files = new SimulatedStoreFiles({ totalBytes: 40_960 })
    const fill = (path: string): void => files.put(path, Buffer.alloc(8192))
    for (const path of ['a', 'b', 'c']) fill(path)
    expect(files.freeBytes).toBe(40_960 - 3 * 8192)
    files.open('a', 'write').truncate(1)
    expect(files.freeBytes).toBe(40_960 - 4096 - 2 * 8192)
    files.rename('a', 'b')
    expect(files.freeBytes).toBe(40_960 - 4096 - 8192)
    files.remove('c')
    expect(files.freeBytes).toBe(40_960 - 4096)
  })

  test('a read-only disk refuses every change, and is read', () => {
    const files = new SimulatedStoreFiles()
    files.put('d/a', Buffer.from('abc'))
    const file = files.open('d/a', 'write')
    files.isReadOnly = true
    const changes = [
      () => files.open('d/a', 'write'),
      () => files.open('d/b', 'create'),
      () => files.makeDirectory('e'),
      () => files.rename('d/a', 'd/b'),
      () => files.remove('d/a'),
      () => file.writeNow(Buffer.from('x'), 0),
      () => file.truncate(0)
    ]
    for (const change of changes) expect(change).toThrow('EROFS')
    files.makeDirectory('d')
    const target = Buffer.alloc(3)
    files.open('d/a', 'read').readNow(target, 0)
    expect(target.toString()).toBe('abc')
  })
})

describe('damage on a simulated disk', () => {
  test('is seen by programs and survives whatever happens', () => {
    const files = new SimulatedStoreFiles()
    files.put('d/a', Buffer.from('abcdef'))
    files.flip('d/a', 1, 5)
    files.overwrite('d/a', 3, Buffer.from('XY'))
    files.cut('d/a', 5)
    expect([files, files.afterKill(), files.afterPowerCut('none')].map((disk) => textAt(disk, 'd/a'))).toEqual(Array(3).fill('aBcXY'))
    expect(files.bytesOf('d/a', 1, 3).toString()).toBe('Bc')
    expect(() => files.flip('d/a', 5, 0)).toThrow('ends before')
  })
})
