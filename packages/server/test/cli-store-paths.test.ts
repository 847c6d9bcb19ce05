import { chmodSync, existsSync, mkdirSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { MemoryNetwork, realClock } from 'net-ts-protocol-kit'
import { runCli } from '../src/cli/run-cli'

let root: string
let lines: string[]
let errors: string[]

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'store-paths-'))
  lines = []
  errors = []
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

/** Serves a store on this machine's disk, and ends as soon as it serves. */
async function serve(store: string): Promise<number> {
  let end = (): void => {}
  const around = {
    version: '1.2.3',
    print: (line: string) => {
      lines.push(line)
      end()
    },
    printError: (line: string) => void errors.push(line),
    onEnd: (listener: () => void) => {
      end = listener
    },
    abort: () => {},
    resolvePath: (path: string) => resolve(path),
    network: new MemoryNetwork({ clock: realClock })
  }
  return runCli(['--store', store, '--file-size', '64k'], around)
}

const hasStore = (directory: string): boolean => existsSync(join(directory, 'rocketmq-ts', 'state.json'))

const hasProc = existsSync('/proc/self')
if (!hasProc) console.warn('a store below /proc is not tried: this machine has no /proc')
const itWithProc = hasProc ? it : it.skip

/** A user without rights on what others own: the administrator becomes one for as long as it takes. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const { geteuid, seteuid } = process
  if (geteuid?.() !== 0 || seteuid === undefined) return work()
  seteuid(65534)
  try {
    await work()
  } finally {
    seteuid(0)
  }
}

describe('the directory of a store, given to rocketmq-ts-server,', () => {
  it.each(['store', 'store/', 'a/b/c/store', 'with spaces/two  of them', '目录/données/🍣', 'a//b', 'a/./b/../c'])(
    'may be called %j, and is the same one in the next run',
    async (name) => {
      const directory = `${root}/${name}`
      for (let run = 0; run < 2; run++) expect([await serve(directory), errors]).toEqual([0, []])
      expect(hasStore(directory)).toBe(true)
      expect(lines).toHaveLength(2)
      expect(lines[1]).toContain(`store ${resolve(directory)}   `)
    }
  )

  it('may be relative, and is told as a whole', async () => {
    const directory = join(root, 'store')
    expect([await serve(relative(process.cwd(), directory)), errors]).toEqual([0, []])
    expect(hasStore(directory)).toBe(true)
    expect(lines[0]).toContain(`store ${directory}   `)
  })

  it('may be a link to a directory', async () => {
    mkdirSync(join(root, 'real'))
    symlinkSync(join(root, 'real'), join(root, 'link'))
    expect([await serve(join(root, 'link')), errors]).toEqual([0, []])
    expect(hasStore(join(root, 'real'))).toBe(true)
  })

  it('is refused in one line that names what is in the way when that is a file, or a link to nothing', async () => {
    const file = join(root, 'file')
    const link = join(root, 'link')
    writeFileSync(file, 'text')
    symlinkSync(join(root, 'gone'), link)
    for (const [store, place] of [
      [file, file],
      [join(file, 'store'), file],
      [link, link],
      [join(link, 'a', 'b'), link]
    ] as const) {
      errors = []
      expect(await serve(store)).toBe(1)
      expect(errors).toEqual([`rocketmq-ts-server: the store in ${store} cannot be written: make directory ${place}: ENOTDIR`])
    }
    expect([readlinkSync(link), existsSync(join(root, 'gone')), lines]).toEqual([join(root, 'gone'), false, []])
  })

  it('is refused in one line when this user may not write to it, or not look at it', async () => {
    const [open, closed] = [join(root, 'open'), join(root, 'closed')]
    for (const directory of [open, closed]) mkdirSync(directory)
    chmodSync(root, 0o755)
    chmodSync(open, 0o555)
    chmodSync(closed, 0o000)
    await asNobody(async () => {
      for (const store of [open, join(open, 'a', 'b'), closed, join(closed, 'a')]) {
        errors = []
        expect(await serve(store)).toBe(1)
        expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-server: the store in .* cannot be written: .*: EACCES$/)])
        expect(errors[0]).toContain(store)
      }
    })
    for (const directory of [open, closed]) chmodSync(directory, 0o755)
    expect([existsSync(join(open, 'a')), existsSync(join(open, 'rocketmq-ts')), lines]).toEqual([false, false, []])
  })

  itWithProc('is refused, and not tried for ever, where the system makes no directories', async () => {
    for (const store of ['/proc/x', '/proc/x/y', '/proc/self/x']) {
      errors = []
      expect(await serve(store)).toBe(1)
      expect(errors).toEqual([expect.stringMatching(/^rocketmq-ts-server: .* cannot be written: make directory \/proc\/.*x: ENOENT$/)])
    }
  })
})
