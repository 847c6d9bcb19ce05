#!/usr/bin/env node
// `npm run bench:codec`: what is missing is installed and built, then the codec of the built packages is measured, in this process alone.

import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { fail, install, requireNode, root } from '../../scripts/prepare.mjs'

requireNode()
install()
// The table goes to stdout, so the compiler may not.
const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
const built = spawnSync(process.execPath, [tsc, '-b', join(root, 'benchmarks')], { cwd: root, stdio: ['ignore', 2, 2] })
if (built.status !== 0) fail('the benchmarks or the packages they measure do not compile: see above')

const { main } = createRequire(import.meta.url)('../dist/codec/main.js')
main(process.argv.slice(2))
