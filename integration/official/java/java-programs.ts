import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from '@jest/globals'
import { reportNotRun } from '../availability'

type Built = { readonly classPath: string } | { readonly reason: string }

const built = new Map<string, Built>()

/**
 * `describe` when our Java programs can be built against the release's jars here. Otherwise `describe.skip`, with the reason said aloud and
 * kept for the summary of `npm test`; with `REQUIRE_CONTAINERS=1` that is an error instead.
 */
export function describeWithJava(version: string): (title: string, define: () => void) => void {
  const programs = build(version)
  if ('classPath' in programs) return describe
  if (process.env['REQUIRE_CONTAINERS'] === '1') throw new Error(`REQUIRE_CONTAINERS=1, but ${programs.reason}`)
  reportNotRun(version, programs.reason)
  return describe.skip
}

/** What a JVM needs to run our programs with the release's own classes. */
export function classPath(version: string): string {
  const programs = build(version)
  if ('reason' in programs) throw new Error(programs.reason)
  return programs.classPath
}

/** Runs a program to its end with `input` on stdin; resolves with what it wrote. */
export function runJava(version: string, program: string, input: string, programArguments: readonly string[] = []): string {
  const home = mkdtempSync(join(tmpdir(), 'java-program-'))
  try {
    const options = { encoding: 'utf8', input, maxBuffer: 256 << 20 } as const
    const run = spawnSync('java', java(home, version, [program, ...programArguments]), options)
    if (run.status !== 0) throw new Error(`${program} of ${version} failed: ${run.stderr.slice(-2000)}`)
    return run.stdout
  } finally {
    rmSync(home, { recursive: true, force: true })
  }
}

function java(home: string, version: string, program: readonly string[]): string[] {
  return [`-Duser.home=${home}`, '-Duser.timezone=UTC', '-Xmx512m', '-cp', classPath(version), ...program]
}

function build(version: string): Built {
  const known = built.get(version)
  if (known !== undefined) return known
  const programs = hasJava() ? compile(version) : { reason: 'no Java 11 or newer to run our Java programs with' }
  built.set(version, programs)
  return programs
}

function hasJava(): boolean {
  const java = spawnSync('java', ['-version'], { encoding: 'utf8' })
  return Number(/version "(\d+)/.exec(java.stderr ?? '')?.[1] ?? 0) >= 11
}

function compile(version: string): Built {
  const run = spawnSync(process.execPath, [join(__dirname, 'build.mjs'), version], { encoding: 'utf8' })
  if (run.status === 0) return { classPath: run.stdout.trim().slice(version.length + 1) }
  return { reason: `our Java programs cannot be built: ${/Error: (.*)/.exec(run.stderr)?.[1] ?? run.stderr.slice(-500)}` }
}
