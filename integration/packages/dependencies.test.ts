import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, it } from '@jest/globals'
import { type Bill, type Component, flawsOf, licenceOf } from './bill-of-materials'
import { describeWithRegistry } from './registry'
import { buildFolder, publishedSources, readJson, root, type Tarball, tarballFolder, tarballs } from './tarballs'

const LISTING_MS = 180_000

/** Licences under which our users may ship what they install with us, without asking anybody. */
const allowed = ['Apache-2.0', 'MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause']

/** Used to build and test, and without a licence in its package.json: each with what it is here for and what its authors say. */
const withoutStatedLicence = ['JSON2@0.1.0'] // of ali-ons, which only the benchmarks compare with: in the public domain

/** Changes that make a sound bill unsound. */
const plantedFlaws: Readonly<Record<string, (bill: Bill) => Bill>> = {
  'a component without hash': (bill) => changed(bill, { hashes: [] }),
  'a component without licence': (bill) => changed(bill, { licenses: [] }),
  'a package URL of something else': (bill) => changed(bill, { purl: 'pkg:npm/left-pad@1.0.0' }),
  'a reference to a file of this machine': (bill) => changed(bill, { externalReferences: [{ url: 'file:/home/me/a.tgz' }] }),
  'a component that nothing depends on': (bill) => ({
    ...bill,
    dependencies: bill.dependencies.map(({ ref }) => ({ ref, dependsOn: [] }))
  }),
  'a component left out': (bill) => ({ ...bill, components: bill.components.slice(1) }),
  'no serial number': (bill) => ({ ...bill, serialNumber: '' })
}

function changed(bill: Bill, change: Partial<Component>): Bill {
  return { ...bill, components: bill.components.map((one, index) => (index === 0 ? { ...one, ...change } : one)) }
}

describeWithRegistry(__filename, 'the dependencies of the packages', () => {
  let packed: readonly Tarball[]
  let bills: readonly Bill[]
  const folder = join(buildFolder, 'sbom')

  beforeAll(() => {
    packed = tarballs()
    const args = [join(root, 'scripts', 'sbom.mjs'), '--tarballs', tarballFolder, '--destination', folder]
    execFileSync(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] })
    bills = packed.map(({ file }) => readJson(join(folder, `${basename(file, '.tgz')}.cdx.json`)) as Bill)
  }, LISTING_MS)

  it('are, where they are not ours, those of the decision about them, each with its reason', () => {
    const stated = tableIn('0002-runtime-dependencies.md', 'used by')
    expect(stated.map(([name, users]) => [name, users])).toEqual(namedBy('dependencies'))
    expect(stated.filter(([, , reason = '']) => reason.length < 20)).toEqual([])
  })

  it('leave to the user what the decision leaves to the user', () => {
    const stated = tableIn('0002-runtime-dependencies.md', 'peer of')
    expect(stated.map(([name, users]) => [name, users])).toEqual(namedBy('peerDependencies'))
  })

  it('bring no dependencies of their own that the decision does not name', () => {
    const named = new Set([...packed.map(({ manifest }) => manifest.name), ...namedBy('dependencies').map(([name]) => name)])
    expect(bills.flatMap(({ components }) => components.filter(({ name }) => !named.has(name)).map((one) => one['bom-ref']))).toEqual([])
  })

  it('have licences that let anybody ship them', () => {
    const components = bills.flatMap((bill) => [bill.metadata.component, ...bill.components])
    expect(components.filter((one) => !allowed.includes(licenceOf(one))).map((one) => `${one['bom-ref']}: ${licenceOf(one)}`)).toEqual([])
  })

  it('stand in a sound bill of materials for each package, with the hash of the tarball', () => {
    expect(bills.flatMap(flawsOf)).toEqual([])
    expect(bills.map(({ metadata }) => metadata.component['bom-ref'])).toEqual(
      packed.map(({ manifest }) => `${manifest.name}@${manifest.version}`)
    )
    for (const [index, { metadata, dependencies }] of bills.entries()) {
      const direct = dependencies
        .find(({ ref }) => ref === metadata.component['bom-ref'])
        ?.dependsOn.map((ref) => ref.replace(/@[^@]+$/, ''))
      expect(direct?.slice().sort()).toEqual(Object.keys(packed[index]?.manifest.dependencies ?? {}).sort())
    }
  })

  it.each(Object.keys(plantedFlaws))('would be found out: %s', (flaw) => {
    const [bill] = bills.filter(({ components }) => components.length > 2)
    expect(bill && plantedFlaws[flaw] && flawsOf(plantedFlaws[flaw](bill))).not.toEqual([])
  })

  it('have the same hash in every bill', () => {
    const hashes = new Map<string, Set<string>>()
    for (const one of bills.flatMap((bill) => [bill.metadata.component, ...bill.components])) {
      const known = hashes.get(one['bom-ref']) ?? new Set()
      hashes.set(one['bom-ref'], known.add(one.hashes?.[0]?.content ?? ''))
    }
    expect([...hashes].filter(([, contents]) => contents.size > 1)).toEqual([])
  })

  it('are listed with their licences, those for building and testing too', () => {
    const lines = readFileSync(join(folder, 'dev-licences.txt'), 'utf8').trimEnd().split('\n')
    expect(lines.length).toBeGreaterThan(100)
    const unknown = lines.map((line) => line.split('\t')).filter(([licence]) => licence === 'UNKNOWN')
    expect(unknown.map(([, id]) => id).filter((id = '') => !withoutStatedLicence.includes(id))).toEqual([])
  })
})

/** Rows of the table of a decision whose second column has that name, without the marks of code. */
function tableIn(decision: string, column: string): string[][] {
  const lines = readFileSync(join(root, 'docs', 'decisions', decision), 'utf8').split('\n')
  const head = lines.findIndex((line) => cellsOf(line)[1] === column)
  if (head < 0) throw new Error(`${decision} has no table with the column "${column}"`)
  const body = lines.slice(head + 2)
  return body.slice(0, body.indexOf('')).map(cellsOf)
}

function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('`', ''))
}

/** Foreign packages that ours name in a field, each with those of ours that name it: `['long', 'client, remoting']`. */
function namedBy(field: 'dependencies' | 'peerDependencies'): (readonly [string, string])[] {
  const sources = publishedSources()
  const ours = new Set(sources.map(({ manifest }) => manifest.name))
  const names = sources.flatMap(({ manifest }) => Object.keys(manifest[field] ?? {})).filter((name) => !ours.has(name))
  return [...new Set(names)].sort().map((name) => {
    const users = sources.filter(({ manifest }) => manifest[field]?.[name] !== undefined)
    return [
      name,
      users
        .map(({ folder }) => basename(folder))
        .sort()
        .join(', ')
    ]
  })
}
