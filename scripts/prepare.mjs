// What `npm start` and `npm test` share: packages are installed and built when they are missing or older than their sources.
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Runs a command in the clone; returns its exit code. */
export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options })
  if (result.error) throw result.error
  return result.status ?? 1
}

/**
 * `npm install` when node_modules is missing or older than the lock file: it takes the locked versions as `npm ci` does, which however
 * refuses a lock file that lacks the optional packages of platforms other than the one that it was written on.
 */
export function install() {
  const marker = join(root, 'node_modules', '.package-lock.json')
  if (existsSync(marker) && modifiedAt(marker) >= modifiedAt(join(root, 'package-lock.json'))) return
  console.log('installing npm packages …')
  const code = run('npm', ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) fail('npm install failed: see above; it needs the npm registry and a clean clone')
}

/** `tsc -b`, which does nothing when nothing changed. */
export function build(projects = []) {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const code = run(process.execPath, [tsc, '-b', ...projects])
  if (code !== 0) fail('the type check failed: see above')
}

export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major < 20 || (major === 20 && minor < 19)) fail(`Node 20.19 or newer is needed, this is ${process.versions.node}`)
}

export function fail(message) {
  console.error(`\n${message}`)
  process.exit(1)
}

/** Every file below a folder, newest change in milliseconds. */
export function newest(folder) {
  return Math.max(0, ...readdirSync(folder, { recursive: true }).map((name) => modifiedAt(join(folder, String(name)))))
}

function modifiedAt(path) {
  return statSync(path).mtimeMs
}
