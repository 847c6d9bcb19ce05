#!/usr/bin/env node
// `npm run bench`: what is missing is installed and built, then the benchmarks run from the built packages, as users do.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fail, install, requireNode, root } from '../scripts/prepare.mjs'

requireNode()
install()
// The table goes to stdout, so the compiler may not.
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const built = spawnSync(process.execPath, [tsc, '-b', join(root, 'benchmarks')], { cwd: root, stdio: ['ignore', 2, 2] })
if (built.status !== 0) fail('the benchmarks or the packages they measure do not compile: see above')

const { main } = createRequire(import.meta.url)('./dist/main.js')
await main(process.argv.slice(2))
