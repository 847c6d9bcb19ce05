import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import { describe, expect, it } from '@jest/globals'

const root = resolve(__dirname, '..')
const packages = join(root, 'packages')

/**
 * Which room may know which. A value lists the entries that a package's sources may import; `remoting/wire` is the
 * pure entry of remoting, and inside remoting the wire may import nothing but the kit's errors.
 */
const arrows: Readonly<Record<string, readonly string[]>> = {
  'net-ts-protocol-kit': [],
  'remoting/wire': ['net-ts-protocol-kit'],
  remoting: ['net-ts-protocol-kit', 'remoting/wire'],
  client: ['net-ts-protocol-kit', 'remoting', 'remoting/wire'],
  rxjs: ['client'],
  store: ['remoting/wire'],
  nameserver: ['net-ts-protocol-kit', 'remoting', 'remoting/wire'],
  broker: ['net-ts-protocol-kit', 'remoting', 'remoting/wire', 'store'],
  server: ['net-ts-protocol-kit', 'remoting', 'remoting/wire', 'nameserver', 'broker', 'store'],
  testing: ['net-ts-protocol-kit', 'remoting', 'remoting/wire', 'client', 'nameserver', 'broker', 'store'],
  testcontainers: ['net-ts-protocol-kit', 'remoting', 'remoting/wire']
}

interface Import {
  readonly file: string
  readonly room: string
  readonly specifier: string
  readonly isTypeOnly: boolean
}

/** `import … from`, `export … from`, `import 'x'`, `import('x')` and `require('x')`. */
const IMPORTS =
  /(?:^|\n)(?:import|export)\s+(type\s)?[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|(?:^|\n)import\s+['"]([^'"]+)['"]|\b(?:import|require)\(\s*['"]([^'"]+)['"]\s*\)/g

describe('the import arrows', () => {
  const imports = sourceFiles(packages).flatMap(importsOf)

  it('finds the sources it is meant to guard', () => {
    expect(new Set(imports.map((one) => one.room))).toEqual(new Set(Object.keys(arrows)))
  })

  it('are drawn in CONTRIBUTING.md, every package', () => {
    const [, picture = ''] = readFileSync(join(root, 'CONTRIBUTING.md'), 'utf8').split('```')
    expect(Object.keys(arrows).filter((room) => !picture.includes(room))).toEqual([])
  })

  it('point only where the plan of the house lets them', () => {
    const wrong = imports.filter((one) => target(one) !== undefined && !allowed(one)).map(describeImport)
    expect(wrong).toEqual([])
  })

  it('enter a sibling package by its exports only', () => {
    const names = new Set([
      'net-ts-protocol-kit',
      '@rocketmq-ts/remoting/wire',
      ...readdirSync(packages).map((name) => `@rocketmq-ts/${name}`)
    ])
    const deep = imports.filter((one) => isSibling(one.specifier) && !names.has(one.specifier)).map(describeImport)
    expect(deep).toEqual([])
  })

  it('never leave their own package by a relative path', () => {
    const escaping = imports.filter(
      (one) => one.specifier.startsWith('.') && packageOf(resolve(dirname(one.file), one.specifier)) !== packageOf(one.file)
    )
    expect(escaping.map(describeImport)).toEqual([])
  })

  it('form no cycle between files', () => {
    expect(cycles(imports)).toEqual([])
  })

  it('lead from every package only to dependencies its package.json names', () => {
    const missing = imports
      .filter((one) => !one.specifier.startsWith('.') && !one.specifier.startsWith('node:') && !declared(one))
      .map(describeImport)
    expect(missing).toEqual([])
  })
})

function sourceFiles(folder: string): string[] {
  return readdirSync(packages)
    .map((name) => join(folder, name, 'src'))
    .flatMap((src) => readdirSync(src, { recursive: true, encoding: 'utf8' }).map((name) => join(src, name)))
    .filter((file) => file.endsWith('.ts'))
}

function importsOf(file: string): Import[] {
  const text = readFileSync(file, 'utf8')
  const found = [...text.matchAll(IMPORTS)]
  return found.map((match) => ({
    file,
    room: roomOf(file),
    specifier: match[2] ?? match[3] ?? match[4] ?? '',
    isTypeOnly: match[1] !== undefined
  }))
}

function roomOf(file: string): string {
  const [name = '', , next = ''] = relative(packages, file).split(sep)
  return name === 'remoting' && next === 'wire' ? 'remoting/wire' : name
}

function packageOf(file: string): string {
  return relative(packages, file).split(sep)[0] ?? ''
}

function isSibling(specifier: string): boolean {
  return specifier.startsWith('@rocketmq-ts/') || specifier.startsWith('net-ts-protocol-kit')
}

/** The room an import leads to, or `undefined` when it stays in its own or leaves the house. */
function target({ file, room, specifier }: Import): string | undefined {
  if (isSibling(specifier)) return specifier.replace('@rocketmq-ts/', '')
  if (!specifier.startsWith('.')) return undefined
  const other = roomOf(`${resolve(dirname(file), specifier)}${sep}x`)
  const ownWire = roomOf(resolve(dirname(file), specifier))
  const room2 = other.startsWith('remoting') ? (other === 'remoting/wire' ? other : ownWire) : other
  return room2 === room ? undefined : room2
}

function allowed(one: Import): boolean {
  return (arrows[one.room] ?? []).includes(target(one) ?? '')
}

function declared({ file, specifier }: Import): boolean {
  const manifest = JSON.parse(readFileSync(join(packages, packageOf(file), 'package.json'), 'utf8'))
  const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : specifier.split('/')[0]
  return name === manifest.name || [manifest.dependencies, manifest.peerDependencies].some((table) => table?.[name ?? ''] !== undefined)
}

function describeImport(one: Import): string {
  return `${relative(root, one.file)} imports ${one.specifier}`
}

/** Files that need each other at run time, directly or around corners; types are erased and may. */
function cycles(imports: readonly Import[]): string[][] {
  const files = new Set(imports.map((one) => one.file))
  const edges = new Map<string, string[]>()
  for (const one of imports.filter(({ isTypeOnly }) => !isTypeOnly)) {
    const to = one.specifier.startsWith('.') ? fileOf(resolve(dirname(one.file), one.specifier), files) : undefined
    if (to !== undefined) edges.set(one.file, [...(edges.get(one.file) ?? []), to])
  }
  const done = new Set<string>()
  const found: string[][] = []
  const visit = (file: string, path: readonly string[]): void => {
    const at = path.indexOf(file)
    if (at >= 0) found.push(path.slice(at).map((one) => relative(root, one)))
    if (at >= 0 || done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of edges.keys()) visit(file, [])
  return found
}

function fileOf(path: string, files: ReadonlySet<string>): string | undefined {
  return [`${path}.ts`, join(path, 'index.ts')].find((candidate) => files.has(candidate))
}
