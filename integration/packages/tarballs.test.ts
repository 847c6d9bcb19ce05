import { existsSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { runProgram } from './programs'
import { publishedSources, readJson, root, type Tarball, tarballs } from './tarballs'

const PACKING_MS = 120_000
const JUDGING_MS = 120_000

/** Of one tarball. The largest carries the generated wire tables and the wire inspector, with the sources that its source maps point to. */
const MAX_BYTES = 512 * 1024
const MAX_BYTES_OF_ALL = 1800 * 1024

describe('the tarballs', () => {
  let packed: readonly Tarball[]
  beforeAll(() => {
    packed = tarballs()
  }, PACKING_MS)

  it('are one for each published package, all of the version of the workspace', () => {
    const { version } = readJson(join(root, 'package.json')) as { version: string }
    const names = publishedSources().map(({ manifest }) => manifest.name)
    expect(packed.map(({ manifest }) => [manifest.name, manifest.version]).sort()).toEqual(names.map((name) => [name, version]).sort())
  })

  it('name one another by exactly that version', () => {
    const versions = new Map(packed.map(({ manifest }) => [manifest.name, manifest.version]))
    const ours = packed.flatMap(({ manifest }) => Object.entries(manifest.dependencies ?? {}).filter(([name]) => versions.has(name)))
    expect(ours.filter(([name, range]) => range !== versions.get(name))).toEqual([])
  })

  it('carry the licence and the notice of the repository, and a page that says what they are', () => {
    for (const { folder, manifest } of packed) {
      for (const name of ['LICENSE', 'NOTICE']) expect(textOf(folder, name)).toBe(textOf(root, name))
      expect(textOf(folder, 'README.md')).toMatch(`# ${manifest.name}`)
      expect(manifest.license).toBe('Apache-2.0')
    }
  })

  it('want the oldest Node.js that is tested', () => {
    expect(new Set(packed.map(({ manifest }) => manifest.engines?.node))).toEqual(new Set(['>=20.19']))
  })

  it('run nothing when they are installed', () => {
    const onInstall = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare']
    const scripts = packed.flatMap(({ manifest }) => onInstall.filter((name) => manifest.scripts?.[name] !== undefined))
    expect(scripts).toEqual([])
    expect(strayFiles(packed, /binding\.gyp$|\.node$/)).toEqual([])
  })

  it('hold compiled code, its sources and the pages about it, and nothing else', () => {
    const wanted = /^(?:bin\/rocketmq-ts-[a-z]+\.js|dist\/.+\.(?:js|d\.ts)(?:\.map)?|src\/.+\.ts|package\.json|README\.md|LICENSE|NOTICE)$/
    expect(packed.flatMap(({ files }) => files.filter((file) => !wanted.test(file)))).toEqual([])
    expect(strayFiles(packed, /(?:^|\/)(?:test|tests|__tests__)\/|\.(?:test|spec)\.|tsbuildinfo/)).toEqual([])
  })

  it('hold no compiled file whose source is gone', () => {
    for (const { files } of packed) {
      const sources = new Set(files.filter((file) => file.startsWith('src/')).map((file) => file.slice('src/'.length, -'.ts'.length)))
      const compiled = files
        .filter((file) => file.startsWith('dist/'))
        .map((file) => file.replace(/^dist\/(.+?)\.(?:js|d\.ts)(?:\.map)?$/, '$1'))
      expect(compiled.filter((name) => !sources.has(name))).toEqual([])
    }
  })

  it('have source maps that lead to sources in the same tarball', () => {
    const maps = packed.flatMap(({ folder, files }) => files.filter((file) => file.endsWith('.map')).map((file) => join(folder, file)))
    expect(maps.length).toBeGreaterThan(100)
    expect(maps.flatMap(missingSources)).toEqual([])
    const compiled = packed.flatMap(({ folder, files }) =>
      files.filter((file) => /^dist\/.+\.js$/.test(file)).map((file) => join(folder, file))
    )
    expect(compiled.filter((file) => !existsSync(join(dirname(file), mapOf(file))))).toEqual([])
  })

  it('name no folder of the machine that packed them', () => {
    const machine = new RegExp([escaped(root), escaped(`${homedir()}/`), 'file:///', '/Users/\\w', '[A-Z]:\\\\+Users'].join('|'))
    const naming = packed.flatMap(({ folder, files }) =>
      files.filter((file) => machine.test(textOf(folder, file))).map((file) => join(folder, file))
    )
    expect(naming).toEqual([])
  })

  it('import nothing but what their package.json names, and name nothing that they do not import', () => {
    for (const tarball of packed) {
      const { name, dependencies, peerDependencies } = tarball.manifest
      const named = Object.keys({ ...dependencies, ...peerDependencies }).sort()
      expect({ name, imports: [...importsOf(tarball)].sort() }).toEqual({ name, imports: named })
    }
  })

  it('are small', () => {
    for (const { manifest, bytes, files } of packed) {
      process.stderr.write(`${manifest.name.padEnd(30)} ${(bytes / 1024).toFixed(1).padStart(7)} KiB in ${files.length} files\n`)
    }
    expect(packed.filter(({ bytes }) => bytes > MAX_BYTES).map(({ file, bytes }) => ({ file, bytes }))).toEqual([])
    expect(packed.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThan(MAX_BYTES_OF_ALL)
  })

  it('are found good by publint, suggestions included', () => judge(packed, 'publint', (file) => ['run', file, '--strict']), JUDGING_MS)

  it(
    'have types that @arethetypeswrong/cli finds right from ESM, CommonJS and bundlers',
    () => judge(packed, 'attw', (file) => [file, '--profile', 'node16', '--format', 'ascii']),
    JUDGING_MS
  )
})

const judges = { publint: 'publint/src/cli.js', attw: '@arethetypeswrong/cli/dist/index.js' }

async function judge(packed: readonly Tarball[], name: keyof typeof judges, args: (file: string) => string[]): Promise<void> {
  const tool = join(root, 'node_modules', judges[name])
  const verdicts = await Promise.all(packed.map(({ file }) => runProgram(process.execPath, [tool, ...args(file)], { cwd: root })))
  expect(verdicts.filter(({ code }) => code !== 0).map(({ output }) => output)).toEqual([])
  // Nor did a judge pass by not looking.
  const looked = name === 'publint' ? /All good!/ : /node16 \(from CJS\): 🟢.*node16 \(from ESM\): 🟢.*bundler: 🟢/s
  for (const { output } of verdicts) expect(output).toMatch(looked)
}

const builtins = new Set(builtinModules)
const importing = /^(?:import|export|\}) .*?from ["']([^"']+)["']|^import ["']([^"']+)["']|\b(?:require|import)\(["']([^"']+)["']\)/gm

/** Packages that a tarball's compiled code or types import; builtin modules must be imported as `node:…`. */
function importsOf({ folder, files, manifest }: Tarball): Set<string> {
  const compiled = files.filter((file) => /^dist\/.*\.(?:js|d\.ts)$/.test(file))
  const specifiers = compiled.flatMap((file) =>
    [...textOf(folder, file).matchAll(importing)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
  )
  expect(specifiers.filter((one) => builtins.has(one))).toEqual([])
  const outside = specifiers.filter((one) => !one.startsWith('.') && !one.startsWith('node:'))
  const packages = outside.map((one) => one.split('/', one.startsWith('@') ? 2 : 1).join('/'))
  return new Set(packages.filter((one) => one !== manifest.name))
}

function strayFiles(packed: readonly Tarball[], pattern: RegExp): string[] {
  return packed.flatMap(({ manifest, files }) => files.filter((file) => pattern.test(file)).map((file) => `${manifest.name}: ${file}`))
}

function missingSources(map: string): string[] {
  const { sourceRoot = '', sources } = readJson(map) as { readonly sourceRoot?: string; readonly sources: readonly string[] }
  return sources.map((source) => join(dirname(map), sourceRoot, source)).filter((file) => !existsSync(file))
}

function mapOf(file: string): string {
  return /^\/\/# sourceMappingURL=(.+)$/m.exec(readFileSync(file, 'utf8'))?.[1] ?? 'no source map named'
}

function textOf(folder: string, file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
