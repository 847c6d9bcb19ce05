import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { FileError, nodeStoreFiles, SimulatedStoreFiles, type StoreFiles } from '@rocketmq-ts/store'
import { isDiskFull } from '../../src/files/file-error'
import { writeFully, writeFullyLater } from '../../src/files/write-fully'

/** What is promised of every `StoreFiles`: the simulated disk must not differ from a real one where nothing is planned. */
describe.each(['this machine', 'a simulated disk'])('the files of %s', (kind) => {
  let files: StoreFiles
  let root: string

  beforeEach(() => {
    files = kind === 'this machine' ? nodeStoreFiles : new SimulatedStoreFiles()
    root = kind === 'this machine' ? mkdtempSync(join(tmpdir(), 'store-files-')) : '/data'
    files.makeDirectory(root)
  })

  afterEach(() => {
    if (kind === 'this machine') rmSync(root, { recursive: true, force: true })
  })

  const at = (name: string): string => `${root}/${name}`
  const reasonOf = (work: () => unknown): unknown => {
    try {
      return work()
    } catch (error) {
      return error instanceof FileError ? error.reason : error
    }
  }
  const put = (name: string, text: string): void => {
    const file = files.open(at(name), 'create')
    writeFully(file, Buffer.from(text), 0)
    file.close()
  }
  const textOf = (name: string): string => {
    const file = files.open(at(name), 'read')
    const bytes = Buffer.alloc(file.size())
    file.readNow(bytes, 0)
    file.close()
    return bytes.toString()
  }

  test('what is written at a position is read there', () => {
    const file = files.open(at('a'), 'create')
    expect(file.writeNow(Buffer.from('world'), 6)).toBe(5)
    expect(file.writeNow(Buffer.from('hello'), 0)).toBe(5)
    const read = Buffer.alloc(20, 0xff)
    expect(file.readNow(read, 0)).toBe(11)
    expect(read.subarray(0, 11)).toEqual(Buffer.from('hello\0world'))
    expect(read[11]).toBe(0xff)
    file.close()
  })

  test('a position that is no whole number is refused, and nothing is read or written', async () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'write')
    for (const position of [0.5, -1, Number.NaN, 2 ** 53]) {
      expect(() => file.writeNow(Buffer.from('x'), position)).toThrow(RangeError)
      expect(() => file.readNow(Buffer.alloc(1), position)).toThrow(RangeError)
      await expect(file.write(Buffer.from('x'), position)).rejects.toThrow(RangeError)
      await expect(file.read(Buffer.alloc(1), position)).rejects.toThrow(RangeError)
    }
    file.close()
    expect(textOf('a')).toBe('abc')
  })

  test('reading at or behind the end gives nothing', () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'read')
    expect(file.readNow(Buffer.alloc(4), 2)).toBe(1)
    expect(file.readNow(Buffer.alloc(4), 3)).toBe(0)
    expect(file.readNow(Buffer.alloc(4), 1000)).toBe(0)
    file.close()
  })

  test('the asynchronous forms do the same', async () => {
    const file = files.open(at('a'), 'create')
    await writeFullyLater(file, Buffer.from('hello'), 3)
    const read = Buffer.alloc(8)
    expect(await file.read(read, 0)).toBe(8)
    expect(read.toString()).toBe('\0\0\0hello')
    await file.sync()
    file.syncNow()
    file.close()
  })

  test('only "create" and "createNew" make a file, and only "createNew" insists on making it', () => {
    for (const access of ['read', 'write'] as const) expect(reasonOf(() => files.open(at('a'), access))).toBe('ENOENT')
    files.open(at('a'), 'createNew').close()
    expect(reasonOf(() => files.open(at('a'), 'createNew'))).toBe('EEXIST')
    put('a', 'abc')
    files.open(at('a'), 'create').close()
    expect(textOf('a')).toBe('abc')
    expect(reasonOf(() => files.open(at('missing/a'), 'create'))).toBe('ENOENT')
  })

  test('a file opened for reading cannot be written', async () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'read')
    expect(reasonOf(() => file.writeNow(Buffer.from('x'), 0))).toBe('EBADF')
    await expect(file.write(Buffer.from('x'), 0)).rejects.toMatchObject({ code: 'FILE_FAILED', operation: 'write', path: at('a') })
    file.close()
    expect(textOf('a')).toBe('abc')
  })

  test('a closed file does nothing any more, and closing it again is harmless', async () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'write')
    file.close()
    file.close()
    for (const work of [() => file.size(), () => file.readNow(Buffer.alloc(1), 0), () => file.writeNow(Buffer.alloc(1), 0)]) {
      expect(reasonOf(work)).toBe('EBADF')
    }
    await expect(file.read(Buffer.alloc(1), 0)).rejects.toMatchObject({ reason: 'EBADF' })
    await expect(file.sync()).rejects.toMatchObject({ reason: 'EBADF' })
  })

  test('what was begun before a close still ends well', async () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'write')
    const target = Buffer.alloc(3)
    const ends = [file.read(target, 0), file.sync(), file.read(target, 0)]
    file.close()
    const others = Array.from({ length: 10 }, () => files.open(at('a'), 'read'))
    await expect(Promise.all(ends)).resolves.toEqual([3, undefined, 3])
    expect(target.toString()).toBe('abc')
    for (const other of others) other.close()
  })

  test('truncating cuts, or lengthens with zeros that take no space', () => {
    put('a', 'abcdef')
    const file = files.open(at('a'), 'write')
    file.truncate(2)
    file.truncate(4)
    expect(textOf('a')).toBe('ab\0\0')
    file.truncate(1024 ** 3)
    file.close()
    const facts = files.stat(at('a'))
    expect(facts).toMatchObject({ kind: 'file', bytes: 1024 ** 3 })
    expect(facts?.allocatedBytes).toBeLessThan(1024 ** 2)
  })

  test('real zeros take space', () => {
    const file = files.open(at('a'), 'create')
    writeFully(file, Buffer.alloc(1024 ** 2), 0)
    file.syncNow()
    file.close()
    expect(files.stat(at('a'))?.allocatedBytes).toBeGreaterThanOrEqual(1024 ** 2)
  })

  test('names are listed sorted, and of nothing there is nothing', () => {
    for (const name of ['b', 'a', 'B', '10', '9']) put(name, 'x')
    files.makeDirectory(at('c/d/e'))
    files.makeDirectory(at('c/d/e'))
    expect(files.list(root)).toEqual(['10', '9', 'B', 'a', 'b', 'c'])
    expect(files.list(at('c/d'))).toEqual(['e'])
    expect(files.list(at('missing'))).toEqual([])
    expect(files.list(at('a'))).toEqual([])
    expect(files.stat(at('c/d'))?.kind).toBe('directory')
    expect(files.stat(at('missing/x'))).toBeUndefined()
    expect(files.stat(at('a/x'))).toBeUndefined()
  })

  test('a directory is not made where a file is, nor below one, and the file is named', () => {
    put('a', 'abc')
    for (const name of ['a', 'a/b', 'a/b/c/d']) {
      const make = (): void => files.makeDirectory(at(name))
      expect(make).toThrow(expect.objectContaining({ operation: 'make directory', path: at('a'), reason: 'ENOTDIR' }))
    }
    expect(textOf('a')).toBe('abc')
  })

  test('a rename puts a file in the place of another', () => {
    put('new', 'new text')
    put('old', 'old')
    const reader = files.open(at('old'), 'read')
    files.rename(at('new'), at('old'))
    files.syncDirectory(root)
    expect(files.list(root)).toEqual(['old'])
    expect(textOf('old')).toBe('new text')
    expect(reader.size()).toBe(3)
    reader.close()
    expect(reasonOf(() => files.rename(at('new'), at('x')))).toBe('ENOENT')
    expect(reasonOf(() => files.rename(at('old'), at('missing/x')))).toBe('ENOENT')
  })

  test('a file and an empty directory are removed, a full one is not, and a missing one was not there', () => {
    files.makeDirectory(at('d/e'))
    put('d/f', 'x')
    expect(['ENOTEMPTY', 'EEXIST']).toContain(reasonOf(() => files.remove(at('d'))))
    files.remove(at('d/e'))
    files.remove(at('d/f'))
    files.remove(at('d/f'))
    files.remove(at('d'))
    files.remove(at('missing/x'))
    expect(files.list(root)).toEqual([])
  })

  test('an open file outlives its name', () => {
    put('a', 'abc')
    const file = files.open(at('a'), 'write')
    files.remove(at('a'))
    expect(file.writeNow(Buffer.from('X'), 1)).toBe(1)
    const read = Buffer.alloc(3)
    file.readNow(read, 0)
    expect(read.toString()).toBe('aXc')
    file.close()
    expect(files.list(root)).toEqual([])
  })

  test('a disk has space, and what is missing cannot be synced', () => {
    const space = files.space(root)
    expect(space.freeBytes).toBeGreaterThan(0)
    expect(space.totalBytes).toBeGreaterThanOrEqual(space.freeBytes)
    expect(reasonOf(() => files.syncDirectory(at('missing')))).toBe('ENOENT')
  })

  test('this process is one that runs, and others are not it', () => {
    expect(files.startOf(files.self.pid)).toBe(files.self.startedAt)
    expect(files.startOf(2 ** 22 + 1)).toBeUndefined()
    for (const pid of [0, -1, 1.5, Number.NaN]) expect(files.startOf(pid)).toBeUndefined()
  })

  test('failures name operation, path and reason', () => {
    try {
      files.open(at('missing'), 'read')
      throw new Error('opened')
    } catch (error) {
      expect(error).toMatchObject({ code: 'FILE_FAILED', operation: 'open', path: at('missing'), reason: 'ENOENT' })
      expect(isDiskFull(error)).toBe(false)
    }
  })
})
