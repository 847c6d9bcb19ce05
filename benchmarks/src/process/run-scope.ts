import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { killAll } from './pinned-process'

/** Makes a temporary folder for a run, and sees to it that the folder and all processes are gone when this process is, however it ends. */
export function openRunScope(): string {
  const folder = mkdtempSync(join(tmpdir(), 'rocketmq-ts-bench-'))
  process.once('exit', () => {
    killAll()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  })
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129]
  ] as const)
    process.once(signal, () => process.exit(code))
  return folder
}
