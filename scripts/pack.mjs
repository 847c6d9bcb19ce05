// `npm run pack [-- --destination FOLDER]`: a tarball of every published package, and its size. What `npm publish` would upload.
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { fail, install, requireNode, root, run } from './prepare.mjs'

const { values } = parseArgs({ options: { destination: { type: 'string', default: join(root, '.build', 'tarballs') } } })
const destination = resolve(values.destination)

requireNode()
install()
rmSync(destination, { recursive: true, force: true })
mkdirSync(destination, { recursive: true })
// Scripts are asked for by name: a machine whose npm ignores them would pack without the licence.
const args = [
  'pack',
  '--silent',
  '--ignore-scripts=false',
  '--pack-destination',
  destination,
  ...published().flatMap((name) => ['-w', name])
]
if (run('npm', args, { stdio: ['ignore', 'ignore', 'inherit'] }) !== 0) fail('npm pack failed: see above')
for (const name of readdirSync(destination).sort()) {
  console.log(`${name.padEnd(44)} ${(statSync(join(destination, name)).size / 1024).toFixed(1).padStart(7)} KiB`)
}

function published() {
  const folders = readdirSync(join(root, 'packages')).map((name) => join(root, 'packages', name, 'package.json'))
  return folders.map((file) => JSON.parse(readFileSync(file, 'utf8'))).flatMap((manifest) => (manifest.private ? [] : [manifest.name]))
}
