import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { nodeStoreFiles } from '@rocketmq-ts/store'

const isLinux = process.platform === 'linux'

describe('processes of this machine', () => {
  test('a process has one start while it runs, and none when it has ended', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    const pid = child.pid ?? 0
    const start = nodeStoreFiles.startOf(pid)
    expect(start).toBeDefined()
    expect(nodeStoreFiles.startOf(pid)).toBe(start)
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(nodeStoreFiles.startOf(pid)).toBeUndefined()
  })

  const onLinux = isLinux ? test : test.skip

  onLinux('two processes that run at the same time have different starts, told with the boot they belong to', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'])
    await once(child, 'spawn')
    const start = nodeStoreFiles.startOf(child.pid ?? 0)
    expect(start).not.toBe(nodeStoreFiles.self.startedAt)
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    expect([start, nodeStoreFiles.self.startedAt].map((text) => text?.split(':')[0])).toEqual([boot, boot])
    child.kill('SIGKILL')
    await once(child, 'exit')
  })

  onLinux('who holds a lock on a file is told, for as long as the lock is held', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'store-files-'))
    const path = join(directory, 'lock')
    const holder = spawn('flock', [path, 'cat'])
    holder.stdin.write('x')
    await once(holder.stdout, 'data')
    const waiter = spawn('flock', [path, 'cat'])
    await once(waiter, 'spawn')
    expect(nodeStoreFiles.lockHolders(path)).toEqual([holder.pid])
    waiter.kill('SIGKILL')
    holder.stdin.end()
    await Promise.all([once(holder, 'exit'), once(waiter, 'exit')])
    expect(nodeStoreFiles.lockHolders(path)).toEqual([])
    rmSync(directory, { recursive: true })
  })

  test('nobody holds a lock on a file that is not there, that cannot be, or that nobody locked', () => {
    expect(nodeStoreFiles.lockHolders('/missing/lock')).toEqual([])
    expect(nodeStoreFiles.lockHolders(join(__filename, 'lock'))).toEqual([])
    expect(nodeStoreFiles.lockHolders(__filename)).toEqual([])
  })
})
