import { describe, expect, test } from '@jest/globals'
import { SimulatedStoreFiles } from '@rocketmq-ts/store'
import { OpenFiles } from '../../src/files/open-files'

describe('open files', () => {
  const disk = (...names: string[]): SimulatedStoreFiles => {
    const files = new SimulatedStoreFiles()
    for (const name of names) files.put(name, Buffer.from(`content of ${name}`))
    return files
  }
  const opened = (files: SimulatedStoreFiles): string[] => files.operations.filter(({ name }) => name === 'open').map(({ path }) => path)
  const readText = (open: OpenFiles, path: string): string => {
    const target = Buffer.alloc(50)
    return target.subarray(0, open.readNow(path, target, 0)).toString()
  }

  test('a file is opened once, however often it is read', async () => {
    const files = disk('a')
    const open = new OpenFiles(files, 2)
    expect(readText(open, 'a')).toBe('content of a')
    const target = Buffer.alloc(3)
    expect(await open.read('a', target, 8)).toBe(3)
    expect(target.toString()).toBe('of ')
    expect(opened(files)).toEqual(['a'])
  })

  test('the one that was read longest ago makes room', () => {
    const files = disk('a', 'b', 'c')
    const open = new OpenFiles(files, 2)
    for (const path of ['a', 'b', 'a', 'c']) readText(open, path)
    expect(files.openPaths).toEqual(['a', 'c'])
    readText(open, 'a')
    expect(opened(files)).toEqual(['a', 'b', 'c'])
  })

  test('a file that is being read is not closed to make room while another can be', async () => {
    const files = disk('a', 'b', 'c')
    const open = new OpenFiles(files, 2)
    files.hold()
    const reading = open.read('a', Buffer.alloc(9), 0)
    readText(open, 'b')
    readText(open, 'c')
    expect(files.openPaths).toEqual(['a', 'c'])
    files.release()
    expect(await reading).toBe(9)
  })

  test('with every file being read there are more for a while, and each is closed when its reads have ended', async () => {
    const files = disk('a', 'b', 'c')
    const open = new OpenFiles(files, 1)
    files.hold()
    const readings = ['a', 'b', 'c'].map((path) => open.read(path, Buffer.alloc(7), 0))
    const again = open.read('a', Buffer.alloc(7), 0)
    expect(open.count).toBe(1)
    expect(files.openPaths).toEqual(['a', 'b', 'c', 'a'])
    files.release()
    expect(await Promise.all([...readings, again])).toEqual([7, 7, 7, 7])
    expect(files.openPaths).toEqual(['a'])
  })

  test('a forgotten file is closed, but not under a read, and opened anew when it is asked for', async () => {
    const files = disk('a')
    const open = new OpenFiles(files, 4)
    files.hold()
    const reading = open.read('a', Buffer.alloc(12), 0)
    open.forget('a')
    open.forget('never opened')
    expect(files.openPaths).toEqual(['a'])
    files.release()
    await reading
    expect(files.openPaths).toEqual([])
    files.remove('a')
    files.put('a', Buffer.from('another'))
    expect(readText(open, 'a')).toBe('another')
  })

  test('closing all leaves nothing open', async () => {
    const files = disk('a', 'b')
    const open = new OpenFiles(files, 4)
    readText(open, 'a')
    const reading = open.read('b', Buffer.alloc(1), 0)
    open.closeAll()
    await reading
    expect(files.openPaths).toEqual([])
    expect(open.count).toBe(0)
  })

  test('what cannot be opened or read fails each time, and is not kept', async () => {
    const files = disk('a')
    const open = new OpenFiles(files, 4)
    for (let i = 0; i < 2; i++) await expect(open.read('b', Buffer.alloc(1), 0)).rejects.toMatchObject({ reason: 'ENOENT' })
    expect(() => open.readNow('b', Buffer.alloc(1), 0)).toThrow('ENOENT')
    expect(open.count).toBe(0)
    files.failWhere(({ name }) => (name === 'read' ? 'EIO' : undefined))
    await expect(open.read('a', Buffer.alloc(1), 0)).rejects.toMatchObject({ reason: 'EIO', path: 'a' })
    open.closeAll()
    expect(files.openPaths).toEqual([])
  })
})
