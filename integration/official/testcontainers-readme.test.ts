import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { checkTypes, prepareFolder, runSample } from '../contract/readme/program'
import { root, samplesOf } from '../contract/readme/samples'
import { meansFor } from './availability'
import { describeInContainers, judgeRestartMs } from './judges'

const means = meansFor('5.5.0')

const samples = samplesOf('packages/testcontainers/README.md')
const tests = samples.filter(({ code }) => code.includes("from '@jest/globals'"))
const programs = samples.filter((sample) => !tests.includes(sample))

/** The samples name the published image; they run with the one that there is. */
function withImage(code: string): string {
  return means.kind === 'container' ? code.replaceAll('apache/rocketmq:5.5.0', means.image) : code
}

describeInContainers('5.5.0', 'the samples need')('the samples of the README of testcontainers', () => {
  const chosen = process.env['ROCKETMQ_IMAGE']

  beforeAll(() => {
    prepareFolder()
    if (means.kind !== 'container') return
    process.env['ROCKETMQ_IMAGE'] = means.image
    if (means.image.startsWith('rocketmq-ts/')) process.env['TESTCONTAINERS_RYUK_DISABLED'] ??= 'true'
  })
  afterAll(() => {
    if (chosen === undefined) delete process.env['ROCKETMQ_IMAGE']
    else process.env['ROCKETMQ_IMAGE'] = chosen
  })

  it('are one test and three programs', () => {
    expect([tests.length, programs.length]).toEqual([1, 3])
  })

  it('pass the type check of a strict project', async () => {
    expect(await checkTypes(samples, 60_000)).toEqual({ code: 0, output: '' })
  }, 60_000)

  it.each(programs.map((sample) => [sample.title, sample] as const))(
    '"%s" runs, shows that it worked, and ends by itself',
    async (_, sample) => {
      const { code, output } = await runSample(sample, '', judgeRestartMs)
      expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^(SEND_OK|true)$/m) })
    },
    judgeRestartMs
  )

  it.each(tests.map((sample) => [sample.title, sample] as const))(
    '"%s" passes in a Jest project',
    (_, { code }) => {
      const folder = join(root, '.build', 'readme-jest')
      rmSync(folder, { recursive: true, force: true })
      mkdirSync(folder, { recursive: true })
      writeFileSync(join(folder, 'first.test.ts'), withImage(code))
      const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' } }]
      const config = { rootDir: folder, testEnvironment: 'node', testTimeout: judgeRestartMs, transform: { '^.+\\.ts$': swc } }
      writeFileSync(join(folder, 'jest.config.json'), JSON.stringify(config))
      const jest = join(root, 'node_modules', 'jest', 'bin', 'jest.js')
      const run = spawnSync(process.execPath, [jest, '--config', join(folder, 'jest.config.json')], {
        cwd: folder,
        encoding: 'utf8',
        env: process.env
      })
      expect({ code: run.status, output: run.stderr }).toEqual({ code: 0, output: expect.stringMatching(/^Tests: +1 passed, 1 total$/m) })
    },
    judgeRestartMs
  )
})
