import { beforeAll, expect, it } from '@jest/globals'
import { type Means, meansFor } from '../../official/availability'
import { describeInContainers, judgeRestartMs } from '../../official/judges'
import { prepareFolder, runInJest } from './program'
import { pagesIn, samplesOf } from './samples'

const means = meansFor('5.5.0')

const samples = ['docs/guides', 'docs/guides/zh'].flatMap(pagesIn).flatMap(samplesOf)
const forBoth = samples.filter(({ code }) => code.includes("process.env['BROKER'] === 'official'"))

describeInContainers('5.5.0', 'the sample needs')('the sample of the guide to testing that runs on either broker', () => {
  beforeAll(prepareFolder)

  it(
    'passes on the official one',
    async () => {
      expect(forBoth.map(({ name }) => name.replace(/-\d+$/, ''))).toEqual(['docs-guides-testing-md', 'docs-guides-zh-testing-md'])
      const [sample] = forBoth
      const ended = await runInJest(forBoth.slice(0, 1), judgeRestartMs, { BROKER: 'official', ...imageOf(means) })
      expect(ended.get(sample?.name ?? '')).toEqual({ code: 0, output: '' })
    },
    judgeRestartMs
  )
})

function imageOf(found: Means): Record<string, string> {
  if (found.kind !== 'container') return {}
  // An image that no registry has tells that none is in reach, and with it none for Testcontainers' own reaper.
  const isLocal = found.image.startsWith('rocketmq-ts/')
  return { ROCKETMQ_IMAGE: found.image, ...(isLocal ? { TESTCONTAINERS_RYUK_DISABLED: 'true' } : {}) }
}
