import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Release } from './options'
import { allowedCores } from './process/cpu-set'
import type { Row } from './rows'

/** What this machine has; what it lacks is said in one line. */
export interface Machine {
  /** Why processes cannot be pinned and their CPU time read. */
  readonly pinning: string | undefined
  /** Why the official broker cannot be run. */
  readonly official: string | undefined
  /** Why the official client cannot be compiled and run. */
  readonly javaClient: string | undefined
  /** First line of `java -version`. */
  readonly javaVersion: string | undefined
}

export const root = join(__dirname, '..', '..')

/** The official jars of a release, as `npm run official` leaves them. */
export const jarFolder = (release: Release): string => join(root, '.official', release, 'lib')

export function inspectMachine(release: Release): Machine {
  const javaVersion = firstLine('java', ['-version'])
  const noJava = javaVersion === undefined ? 'Java is missing (a JDK, 11 or newer)' : undefined
  const noJars = hasJars(release) ? undefined : `the official jars of ${release} are missing: run \`npm run official\``
  const noCompiler = firstLine('javac', ['-version']) === undefined ? 'javac is missing (a JDK, 11 or newer)' : undefined
  return { pinning: pinningProblem(), official: noJava ?? noJars, javaClient: noJava ?? noJars ?? noCompiler, javaVersion }
}

/** Why a row cannot be run here; `undefined` when it can. */
export function notRunReason(row: Row, machine: Machine): string | undefined {
  if (row.kind === 'cluster') return undefined
  const needsJavaClient = row.kind !== 'start' && row.client === 'java'
  return machine.pinning ?? (needsJavaClient ? machine.javaClient : undefined) ?? (row.server === 'official' ? machine.official : undefined)
}

function pinningProblem(): string | undefined {
  if (!existsSync('/proc/self/stat')) return '/proc is missing: CPU time is read from it, on Linux'
  if (firstLine('taskset', ['--version']) === undefined) return 'taskset is missing (util-linux)'
  return allowedCores().length < 2 ? 'two cores are needed, one for each side' : undefined
}

function hasJars(release: Release): boolean {
  const folder = jarFolder(release)
  return existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('rocketmq-broker-'))
}

function firstLine(command: string, args: readonly string[]): string | undefined {
  const run = spawnSync(command, args, { encoding: 'utf8' })
  if (run.error !== undefined || run.status !== 0) return undefined
  return `${run.stdout}${run.stderr}`.split('\n')[0]
}
