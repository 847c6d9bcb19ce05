import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { ManualClock } from 'net-ts-protocol-kit'
import { StoreOwner } from '../../../src/disk/owner/store-owner'
import { nodeStoreFiles } from '../../../src/files/node-store-files'

let root = ''

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'owner-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }
const take = (directory: string, clock = new ManualClock()) => StoreOwner.take({ directory, files: nodeStoreFiles, clock, logger })

function linked(store: string, link: string): string {
  symlinkSync(store, link)
  return link
}

describe('the owner of a store, on a real disk', () => {
  it('makes the directory, and is this process', async () => {
    const owner = await take(join(root, 'new', 'store'))
    expect(readdirSync(join(root, 'new', 'store'))).toEqual(['lock', 'rocketmq-ts'])
    expect(JSON.parse(readFileSync(join(root, 'new', 'store', 'rocketmq-ts', 'owner.json'), 'utf8'))).toMatchObject({ pid: process.pid })
    owner.release()
    expect(readdirSync(join(root, 'new', 'store', 'rocketmq-ts'))).toEqual([])
  })

  it.each([
    ['a symbolic link', linked],
    ['a relative path', (store: string) => relative(process.cwd(), store)],
    ['a slash at the end', (store: string) => `${store}/`]
  ])('is found through %s too', async (_, other) => {
    const store = join(root, 'store')
    const owner = await take(store)
    await expect(take(other(store, join(root, 'link')))).rejects.toMatchObject({ code: 'STORE_IN_USE', facts: { pid: process.pid } })
    owner.release()
    const next = await take(other(store, join(root, 'other-link')))
    next.release()
  })

  it('is one of those that start at the same moment in one process', async () => {
    const clock = new ManualClock()
    const takings = Promise.allSettled(Array.from({ length: 8 }, () => take(join(root, 'store'), clock)))
    await clock.advance(5000)
    expect((await takings).filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(readdirSync(join(root, 'store', 'rocketmq-ts'))).toEqual(['owner.json'])
  })
})
