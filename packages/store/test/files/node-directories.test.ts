import { existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { FileError } from '../../src'
import { makeDirectories } from '../../src/files/node-directories'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'directories-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const isDirectory = (path: string): boolean => statSync(path).isDirectory()

/** What could not be made, and why. */
function failureOf(directory: string): { readonly path: string; readonly reason: string } {
  try {
    makeDirectories(directory)
  } catch (error) {
    if (error instanceof FileError) return { path: error.path, reason: error.reason }
    throw error
  }
  throw new Error(`${directory} was made`)
}

const hasProc = existsSync('/proc/self')
if (!hasProc) console.warn('directories below /proc are not tried: this machine has no /proc')
const itWithProc = hasProc ? it : it.skip

describe('directories of this machine', () => {
  it('are made with all above them, whatever their names, and made again without a word', () => {
    for (const name of ['a/b/c', 'with space/and  two', '目录/données/🍣', 'trailing/slash/', 'double//slash', 'dots/./in/../it']) {
      makeDirectories(`${root}/${name}`)
      expect([name, isDirectory(join(root, name))]).toEqual([name, true])
      makeDirectories(`${root}/${name}`)
    }
  })

  it('are made relative to the process', () => {
    makeDirectories(relative(process.cwd(), join(root, 'a', 'b')))
    expect(isDirectory(join(root, 'a', 'b'))).toBe(true)
    for (const here of ['.', './', '..']) makeDirectories(here)
  })

  it('are made behind a link to a directory', () => {
    mkdirSync(join(root, 'real'))
    symlinkSync(join(root, 'real'), join(root, 'link'))
    makeDirectories(join(root, 'link', 'a'))
    makeDirectories(join(root, 'link'))
    expect(isDirectory(join(root, 'real', 'a'))).toBe(true)
  })

  it('are not made where a link leads to nothing, or to itself, and the link stays', () => {
    const link = join(root, 'link')
    symlinkSync(join(root, 'gone'), link)
    expect(failureOf(link)).toEqual({ path: link, reason: 'ENOTDIR' })
    expect(failureOf(join(link, 'a'))).toEqual({ path: link, reason: 'ENOTDIR' })
    expect(readlinkSync(link)).toBe(join(root, 'gone'))
    const loop = join(root, 'loop')
    symlinkSync(loop, loop)
    expect(failureOf(join(loop, 'a', 'b'))).toEqual({ path: loop, reason: 'ENOTDIR' })
  })

  it('are not made in the place of a file or below one', () => {
    const file = join(root, 'file')
    writeFileSync(file, 'text')
    for (const path of [file, join(file, 'a'), join(file, 'a', 'b')]) expect(failureOf(path)).toEqual({ path: file, reason: 'ENOTDIR' })
  })

  it('say so when a name is too long or impossible', () => {
    expect(failureOf(join(root, 'x'.repeat(300), 'a')).reason).toBe('ENAMETOOLONG')
    expect(failureOf(`${root}/a\0b`).reason).toBe('ERR_INVALID_ARG_VALUE')
  })

  itWithProc('are refused, and not tried for ever, where the system lets nobody make any', () => {
    for (const place of ['/proc', '/proc/self', `/proc/${process.pid}/fd`])
      for (const path of [`${place}/x`, `${place}/x/y/z`]) expect(failureOf(path)).toEqual({ path: `${place}/x`, reason: 'ENOENT' })
  })
})
