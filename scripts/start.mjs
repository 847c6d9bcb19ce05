// `npm start`: what is missing is installed and built, then the demonstration runs from the built packages.

import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { build, install, requireNode, root } from './prepare.mjs'

requireNode()
install()
build(['packages/server', 'packages/client'])

const child = spawn(process.execPath, [join(root, 'scripts', 'first-light.mjs'), ...process.argv.slice(2)], { cwd: root, stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)))
