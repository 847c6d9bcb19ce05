import { afterAll, expect, it } from '@jest/globals'
import { meansFor } from '../official/availability'
import { describeInContainers, judgedVersions } from '../official/judges'
import { Command } from './command'
import { built, COMMAND_MS, Example } from './example'

/** Two servers start, one of them twice. */
const TEST_MS = 180_000

afterAll(() => Command.killAll())

for (const version of judgedVersions) {
  const means = meansFor(version)

  describeInContainers(version, 'the example needs')(`the example testcontainers, with ${version}`, () => {
    it(
      'passes its own tests, restart of the broker included',
      async () => {
        await built('testcontainers')
        const env = { ROCKETMQ_IMAGE: means.kind === 'container' ? means.image : '', ...reaper() }
        const { code, output } = await new Example('testcontainers').start('npm test', { env }).endedWithin(TEST_MS)
        expect({ code, output }).toEqual({ code: 0, output: expect.stringMatching(/^Tests: +3 passed, 3 total$/m) })
        expect(output).toContain('✓ loses no order when the broker is restarted')
      },
      TEST_MS + COMMAND_MS
    )

    /** An image that no registry has tells that none is in reach, and with it none for Testcontainers' own reaper. */
    function reaper(): Record<string, string> {
      return means.kind === 'container' && means.image.startsWith('rocketmq-ts/') ? { TESTCONTAINERS_RYUK_DISABLED: 'true' } : {}
    }
  })
}
