// `npm run sbom [-- --tarballs FOLDER] [-- --destination FOLDER]`: a CycloneDX bill of materials of every published package, made by
// `npm sbom` from what npm would install with it, and a list of the licences of everything that is used to build and test.
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { fail, requireNode, root, run } from './prepare.mjs'

const { values } = parseArgs({
  options: { tarballs: { type: 'string' }, destination: { type: 'string', default: join(root, '.build', 'sbom') } }
})
const destination = resolve(values.destination)
const work = join(destination, 'work')
// Peers are chosen, installed and listed by whoever installs the package.
const runTimeOnly = ['--omit=dev', '--omit=peer']

requireNode()
rmSync(destination, { recursive: true, force: true })
mkdirSync(destination, { recursive: true })
const packages = tarballs()
const boms = await Promise.all(packages.map(billOf))
for (const [index, bom] of boms.entries()) {
  const file = join(destination, `${basename(packages[index].file, '.tgz')}.cdx.json`)
  writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`)
  console.log(
    `${bom.metadata.component['bom-ref'].padEnd(36)} ${bom.components.map((one) => one['bom-ref']).join(', ') || 'nothing but itself'}`
  )
}
writeFileSync(join(destination, 'dev-licences.txt'), devLicences())
rmSync(work, { recursive: true })

/** The tarballs given, or those that `npm run pack` makes. */
function tarballs() {
  const folder = resolve(values.tarballs ?? join(root, '.build', 'tarballs'))
  if (!values.tarballs && run(process.execPath, [join(root, 'scripts', 'pack.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] }) !== 0) {
    fail('packing failed: see above')
  }
  const manifests = readdirSync(join(root, 'packages')).map((name) =>
    JSON.parse(readFileSync(join(root, 'packages', name, 'package.json')))
  )
  return manifests
    .filter((one) => !one.private)
    .map((manifest) => ({ manifest, file: join(folder, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`) }))
}

async function billOf({ manifest, file }) {
  const folder = join(work, basename(file, '.tgz'))
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify(standingAlone(manifest)))
  await npm(folder, ['install', '--package-lock-only', '--ignore-scripts', '--no-audit', '--no-fund', ...runTimeOnly])
  const bom = JSON.parse(await npm(folder, ['sbom', '--package-lock-only', '--sbom-format=cyclonedx', ...runTimeOnly]))
  bom.components.sort((one, other) => (one['bom-ref'] < other['bom-ref'] ? -1 : 1))
  for (const component of bom.components) component.externalReferences = component.externalReferences.filter(isPublic)
  // npm knows neither the name, which it takes from the folder, nor the hash of what stands at the top.
  bom.metadata.component.name = manifest.name
  bom.metadata.component.hashes = [{ alg: 'SHA-512', content: createHash('sha512').update(readFileSync(file)).digest('hex') }]
  return bom
}

/** The package as the top of a project, with our other packages from their tarballs: no registry may have them yet. */
function standingAlone({ devDependencies: _, scripts: __, ...manifest }) {
  const ours = Object.fromEntries(
    packages.filter((one) => one.manifest.name !== manifest.name).map((one) => [one.manifest.name, `file:${one.file}`])
  )
  const dependencies = Object.fromEntries(Object.entries(manifest.dependencies ?? {}).map(([name, range]) => [name, ours[name] ?? range]))
  return { ...manifest, dependencies, overrides: ours }
}

/** The place of a tarball on this machine is nobody else's business. */
function isPublic(reference) {
  return !reference.url.startsWith('file:')
}

async function npm(cwd, args) {
  const { stdout } = await promisify(execFile)('npm', args, { cwd, shell: process.platform === 'win32', maxBuffer: 2 ** 26 })
  return stdout
}

/** Name, version and licence of all that the lock file names and no package of ours ships. */
function devLicences() {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const shipped = new Set(boms.flatMap((bom) => bom.components.map((one) => one['bom-ref'])))
  const lines = Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
    .map(([path, entry]) => ({
      id: `${entry.name ?? path.split('node_modules/').at(-1)}@${entry.version}`,
      licence: entry.license ?? oldLicence(path)
    }))
    .filter(({ id }) => !shipped.has(id))
    .map(({ id, licence }) => `${licence}\t${id}`)
  return `${[...new Set(lines)].sort().join('\n')}\n`
}

/** `licenses`, as packages once said it, which a lock file does not repeat. */
function oldLicence(path) {
  const file = join(root, path, 'package.json')
  const stated = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')).licenses ?? []) : []
  return stated.map((one) => one.type).join(' OR ') || 'UNKNOWN'
}
