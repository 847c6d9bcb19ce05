import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { recordedReleases } from '../../packages/remoting/test/golden/fixtures'
import { describeWithJava } from './java/java-programs'

const root = resolve(__dirname, '..', '..')
const recorder = join(__dirname, 'recorder', 'record.mjs')
const jestProgram = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
const OTHER_SEED = '20260'

for (const release of recordedReleases) {
  describeWithJava(release)(`the recordings of ${release}`, () => {
    it('are written by the jars again, byte for byte, from their seed', () => {
      expect(run(recorder, ['--version', release, '--check'])).toEqual([0, ''])
    }, 120_000)
  })
}

describeWithJava('5.5.0')('values of another seed', () => {
  let folder: string

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'recordings-'))
  })

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true })
  })

  it('pass all that is asked of the golden frames, read here and read back by the official classes', () => {
    expect(run(recorder, ['--seed', OTHER_SEED, '--out', folder])).toEqual([0, ''])
    expect(readdirSync(folder)).toEqual([...recordedReleases])
    const suites = ['--selectProjects', 'unit', 'official', '--testPathPatterns', 'test/golden/(frames|messages)', 'official/roundtrip']
    const [status, errors] = run(jestProgram, suites, { GOLDEN_FIXTURES: folder })
    expect([status, errors.match(/^ +● .*$/gm)]).toEqual([0, null])
    expect(errors).toMatch(/^Test Suites: 3 passed, 3 total$/m)
  }, 600_000)
})

/** The exit code and what was written to stderr. */
function run(script: string, options: readonly string[], environment: NodeJS.ProcessEnv = {}): readonly [number | null, string] {
  const { status, stderr } = spawnSync(process.execPath, [script, ...options], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    maxBuffer: 64 << 20
  })
  return [status, stderr]
}
