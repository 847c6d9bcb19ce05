import { spawnSync } from 'node:child_process'
import { relative } from 'node:path'
import { describe, it } from '@jest/globals'
import { appendLine } from '../official/availability'
import { root } from './tarballs'

/**
 * `describe` for what has to install packages from the npm registry. Where that cannot be reached the tests are skipped and named at the
 * end of `npm test`; with `REQUIRE_CONTAINERS=1`, a run that may leave nothing out, they fail.
 */
export function describeWithRegistry(file: string, name: string, tests: () => void): void {
  const reason = unreachable()
  if (reason === undefined) describe(name, tests)
  else if (process.env['REQUIRE_CONTAINERS'] === '1') describe(name, () => failWith(reason))
  else {
    reportNotRun(file, reason)
    describe.skip(name, tests)
  }
}

function failWith(reason: string): void {
  it('are installed', () => {
    throw new Error(reason)
  })
}

/** Says loudly, now and in the summary of `npm test`, what a test file went without. */
export function reportNotRun(file: string, reason: string): void {
  const line = `${relative(root, file)}: ${reason}`
  process.stderr.write(`NOT RUN: ${line}\n`)
  appendLine('not-run.txt', line)
}

/** Why nothing can be installed here; `undefined` when it can. */
function unreachable(): string | undefined {
  const args = ['view', 'long', 'version', '--fetch-retries=0', '--fetch-timeout=10000', '--loglevel=error']
  const { status, stderr, error } = spawnSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' })
  if (status === 0) return undefined
  return `the npm registry cannot be reached: ${(stderr || String(error)).trim().split('\n').at(0)}`
}
