import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { asCommonJs, asModule, type Sample, testSamples } from './forms'
import { nodeReleases } from './nodes'
import { type Ended, runProgram } from './programs'
import { createProject, moduleFile, type Project } from './project'
import { describeWithRegistry } from './registry'
import { tarballs } from './tarballs'

const INSTALL_MS = 180_000
const RUN_MS = 60_000

const packages = { rxjs: '7.8.2', jest: '30.5.2', expect: '30.5.2', vitest: '4.1.12' }

interface Runner {
  readonly name: string
  /** A sample that imports from another runner is not for this one. */
  readonly from: 'jest' | 'vitest' | 'node:test'
  /** File of a sample, and what it holds there. */
  readonly file: (sample: Sample) => string
  readonly form: (code: string) => string
  /** Arguments for Node. */
  readonly args: (project: Project, file: string) => string[]
  /** What a runner says that ran one test and found it good. */
  readonly good: RegExp
}

const runJest = (project: Project, file: string): string[] => [moduleFile(project, 'jest/bin/jest.js'), '--runTestsByPath', file]

const runners: readonly Runner[] = [
  {
    name: 'Jest, CommonJS',
    from: 'jest',
    file: ({ name }) => `${name}.test.js`,
    form: asCommonJs,
    args: runJest,
    good: /^Tests: +[1-9]\d* passed, [1-9]\d* total$/m
  },
  {
    name: 'Jest, ES modules',
    from: 'jest',
    file: ({ name }) => `${name}.test.mjs`,
    form: asModule,
    args: (project, file) => ['--experimental-vm-modules', ...runJest(project, file)],
    good: /^Tests: +[1-9]\d* passed, [1-9]\d* total$/m
  },
  {
    name: 'Vitest, TypeScript as it stands',
    from: 'vitest',
    file: ({ name }) => `${name}.vitest.test.ts`,
    form: (code) => withTestsFrom(code, "import { describe, expect, it, test } from 'vitest'"),
    args: (project, file) => [moduleFile(project, 'vitest/vitest.mjs'), 'run', '--no-color', file],
    good: /^ +Tests +[1-9]\d* passed \(\d+\)$/m
  },
  {
    name: 'node:test',
    from: 'node:test',
    file: ({ name }) => `${name}.node.mjs`,
    form: (code) => asModule(withTestsFrom(code, "import { describe, it, test } from 'node:test'\nimport { expect } from 'expect'")),
    args: (_, file) => ['--test', '--test-reporter=tap', file],
    good: /^# pass [1-9]\d*\n# fail 0$/m
  }
]

const samples = testSamples()
const EXPECTATION = /\.to(?:Equal|Be)\(.*\)/

describeWithRegistry(__filename, 'the samples that are tests, from the packed tarballs', () => {
  let project: Project

  beforeAll(() => {
    project = createProject({ tarballs: tarballs().filter(({ manifest }) => !manifest.peerDependencies?.['testcontainers']), packages })
  }, INSTALL_MS)
  afterAll(() => project?.remove())

  it('are at least one', () => {
    expect(samples.length).toBeGreaterThan(0)
  })

  describe.each(nodeReleases(__filename))('on $name', (node) => {
    describe.each(runners)('$name', (runner) => {
      it.each(samples.filter((sample) => isFor(sample, runner)))(
        '$name: "$title" passes, and the runner ends by itself',
        async (sample) => {
          const { code, output } = await runSample(project, node.path, runner, sample.code, runner.file(sample))
          expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(runner.good) })
        },
        RUN_MS
      )
    })
  })

  it.each(runners)(
    '$name: a sample that expects something else fails',
    async (runner) => {
      const [sample] = samples.filter((one) => isFor(one, runner) && EXPECTATION.test(one.code))
      const wrong = sample?.code.replace(EXPECTATION, ".toEqual('something else')") ?? ''
      const { code, output } = await runSample(project, process.execPath, runner, wrong, `wrong-${runner.file(sample as Sample)}`)
      expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining('something else') })
    },
    RUN_MS
  )
})

function runSample(project: Project, node: string, { form, args }: Runner, code: string, file: string): Promise<Ended> {
  project.write(file, form(code))
  // Colours are for people: a runner asks CI and the terminal for them.
  const env = { NO_COLOR: '1', FORCE_COLOR: '0' }
  return runProgram(node, args(project, file), { cwd: project.folder, timeoutMs: RUN_MS / 2, env })
}

function isFor({ code }: Sample, { from }: Runner): boolean {
  const [, named = from] = /from '(vitest|node:test)'/.exec(code) ?? []
  return named === from
}

/** Jest gives its names to everybody; other runners are asked for them. */
function withTestsFrom(code: string, imports: string): string {
  if (/from '(?:vitest|node:test)'/.test(code)) return code
  return `${imports}\n${code.replace(/^import .* from '@jest\/globals'\n/m, '')}`
}
