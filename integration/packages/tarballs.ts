import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { basename, join, resolve } from 'node:path'

export const root = resolve(__dirname, '..', '..')

/** What these tests read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly version: string
  readonly private?: boolean
  readonly license?: string
  readonly engines?: { readonly node?: string }
  readonly exports: Readonly<Record<string, unknown>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** A published package as npm would upload it. */
export interface Tarball {
  readonly file: string
  readonly bytes: number
  /** Where it lies unpacked. */
  readonly folder: string
  /** Paths below `folder`. */
  readonly files: readonly string[]
  readonly manifest: Manifest
}

/** Of this suite; beside others where Jest runs its files in several processes. */
export const buildFolder = join(root, '.build', 'packages', process.env['JEST_WORKER_ID'] ?? '1')
export const tarballFolder = join(buildFolder, 'tarballs')
const unpackedFolder = join(buildFolder, 'unpacked')

/** Packs every package with `npm run pack`, once per process that runs tests. */
export function tarballs(): readonly Tarball[] {
  const marker = join(buildFolder, 'run')
  const run = `${process.pid} ${Math.round((Date.now() / 1000 - process.uptime()) / 10)}`
  if (!existsSync(marker) || readFileSync(marker, 'utf8') !== run) {
    rmSync(unpackedFolder, { recursive: true, force: true })
    execFileSync(process.execPath, [join(root, 'scripts', 'pack.mjs'), '--destination', tarballFolder], {
      stdio: ['ignore', 'pipe', 'inherit']
    })
    for (const name of readdirSync(tarballFolder)) unpack(join(tarballFolder, name))
    writeFileSync(marker, run)
  }
  return readdirSync(tarballFolder)
    .sort()
    .map((name) => read(join(tarballFolder, name)))
}

/** The folders of `packages/` that are published, with their package.json as it is in the clone. */
export function publishedSources(): { readonly folder: string; readonly manifest: Manifest }[] {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name))
    .map((folder) => ({ folder, manifest: readJson(join(folder, 'package.json')) as Manifest }))
    .filter(({ manifest }) => manifest.private !== true)
}

/** `@rocketmq-ts/remoting` and `@rocketmq-ts/remoting/wire`: what a program may import of a package. */
export function entryPoints({ name, exports }: Manifest): string[] {
  return Object.keys(exports)
    .filter((path) => path !== './package.json')
    .map((path) => name + path.slice(1))
}

export function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}

function unpack(file: string): void {
  const folder = unpackedTo(file)
  mkdirSync(folder, { recursive: true })
  execFileSync('tar', ['-xzf', file, '-C', folder, '--strip-components=1'])
}

function read(file: string): Tarball {
  const folder = unpackedTo(file)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/')
    )
  return { file, bytes: statSync(file).size, folder, files: files.sort(), manifest: readJson(join(folder, 'package.json')) as Manifest }
}

function unpackedTo(file: string): string {
  return join(unpackedFolder, basename(file, '.tgz'))
}
