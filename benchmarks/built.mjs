// What the commands of this folder begin with: what is missing is installed and built, for the benchmarks run from the built packages, as users do.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fail, install, requireNode, root } from '../scripts/prepare.mjs'

/** The exports of a built file of this folder, such as `./dist/main.js`. */
export function built(file) {
  requireNode()
  install()
  // The table goes to stdout, so the compiler may not.
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const build = spawnSync(process.execPath, [tsc, '-b', join(root, 'benchmarks')], { cwd: root, stdio: ['ignore', 2, 2] })
  if (build.status !== 0) fail('the benchmarks or the packages they measure do not compile: see above')
  return createRequire(import.meta.url)(file)
}
