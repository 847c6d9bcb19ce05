import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { environment } from './programs'
import { readJson, type Tarball } from './tarballs'

/** A user's project: an empty folder outside the clone, so that nothing of the workspace can be found from it. */
export interface Project {
  readonly folder: string
  write(path: string, text: string): string
  remove(): void
}

export interface ProjectOptions {
  /** Installed from their files. npm takes the dependencies among them from these files too. */
  readonly tarballs: readonly Tarball[]
  /** Installed from the registry: name to exact version. */
  readonly packages?: Readonly<Record<string, string>>
}

/** Makes a project and runs `npm install` in it. */
export function createProject({ tarballs, packages = {} }: ProjectOptions): Project {
  const folder = mkdtempSync(join(tmpdir(), 'a-users-project-'))
  const ours = Object.fromEntries(tarballs.map(({ manifest, file }) => [manifest.name, `file:${file}`]))
  const project: Project = {
    folder,
    write: (path, text) => {
      const file = join(folder, path)
      mkdirSync(dirname(file), { recursive: true })
      writeFileSync(file, text)
      return file
    },
    remove: () => rmSync(folder, { recursive: true, force: true })
  }
  project.write(
    'package.json',
    JSON.stringify({ name: 'a-users-project', version: '1.0.0', private: true, dependencies: { ...ours, ...packages } })
  )
  npm(folder, ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'])
  return project
}

/** A package as it is installed in a project. */
export interface Installed {
  readonly path: string
  readonly version: string
  /** `file:…` for a tarball. */
  readonly resolved?: string
  readonly license?: string
  readonly hasInstallScript?: boolean
}

/** Everything npm installed, from the project's lock file. */
export function installedIn({ folder }: Project): Installed[] {
  const { packages } = readJson(join(folder, 'package-lock.json')) as {
    readonly packages: Readonly<Record<string, Omit<Installed, 'path'>>>
  }
  return Object.entries(packages).flatMap(([path, one]) => (path === '' ? [] : [{ ...one, path }]))
}

/** A file of an installed package: `moduleFile(project, 'jest/bin/jest.js')`. */
export function moduleFile({ folder }: Project, path: string): string {
  return join(folder, 'node_modules', path)
}

function npm(cwd: string, args: readonly string[]): void {
  execFileSync('npm', args, { cwd, env: environment(), stdio: ['ignore', 'ignore', 'inherit'], shell: process.platform === 'win32' })
}
