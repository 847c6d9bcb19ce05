import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect, defineTopic, json } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'
import { checkTypes, type Ended, prepareFolder, runInJest, runSample } from './program'
import { pagesIn, type Sample, samplesOf } from './samples'

const SAMPLE_MS = 60_000
const JEST_MS = 180_000

/** What a sample of the front page must print. A sample that is not in here is an error: say what it shows. */
const printed: Readonly<Record<string, RegExp>> = {
  Send: /^SEND_OK \{.*queueId.*\} \d+$/ms,
  Receive: /^(billed o-[01] attempt 1\n)*$/,
  Pull: /^\d+$/m,
  Stream: /^\d+$/m
}

const frontPage = samplesOf('README.md')
const packagePages = ['client', 'rxjs', 'server', 'remoting', 'store', 'testing'].flatMap((name) => samplesOf(`packages/${name}/README.md`))
const guides = ['docs', 'docs/guides', 'docs/guides/zh'].flatMap(pagesIn).flatMap(samplesOf)
const samples = [...frontPage, ...samplesOf('README.zh.md'), ...packagePages, ...guides]
const programs = samples.filter((one) => one.isProgram || one.runner === 'node:test')
/** Those for Vitest run in the suite `packages`, which installs it. */
const jestTests = samples.filter((one) => one.runner === 'jest')

describe('the samples of the READMEs and guides', () => {
  let server: Awaited<ReturnType<typeof startServer>>

  beforeAll(async () => {
    prepareFolder()
    server = await startServer({ nameserverPort: 0, brokerPort: 0, topics: { orders: { queues: 4 } } })
    const Orders = defineTopic('orders', json<{ id: string; total: number }>())
    const mq = await connect({ nameservers: server.nameserverAddress })
    await mq.producer({ group: 'preparation' }).send(Orders, { id: 'o-0', total: 1 }, { tag: 'created' })
    await mq.close()
  }, SAMPLE_MS)
  afterAll(() => server?.close())

  it('are whole programs on the front page, each with something to show', () => {
    expect(frontPage.filter((one) => !one.isProgram && one.runner !== 'jest').map((one) => one.title)).toEqual([])
    expect(frontPage.filter((one) => one.isProgram).map((one) => one.title)).toEqual(Object.keys(printed))
    expect(frontPage.filter((one) => one.runner === 'jest').map((one) => one.title)).toEqual(['Test'])
  })

  it(
    'pass the type check of a strict project',
    async () => {
      expect(await checkTypes([...programs, ...jestTests], SAMPLE_MS)).toEqual({ code: 0, output: '' })
    },
    SAMPLE_MS
  )

  it.each(programs.map((one) => [`${one.name} "${one.title}"`, one] as const))(
    '%s runs and ends by itself',
    async (_, sample) => {
      const { code, output } = await runSample(sample, server.nameserverAddress, SAMPLE_MS / 2)
      expect({ code, output: withoutIds(output) }).toEqual({ code: 0, output: shownBy(sample) })
    },
    SAMPLE_MS
  )

  describe('that are tests, in Jest', () => {
    let ended: ReadonlyMap<string, Ended>
    beforeAll(async () => {
      ended = await runInJest(jestTests, JEST_MS)
    }, JEST_MS)

    it.each(jestTests.map((one) => [`${one.name} "${one.title}"`, one] as const))('%s passes', (_, { name }) => {
      expect(ended.get(name)).toEqual({ code: 0, output: '' })
    })
  })
})

/** What a sample must print: what its page says, what the table says, or anything at all where it prints something. */
function shownBy(sample: Sample): unknown {
  if (sample.prints !== undefined) return withoutIds(sample.prints)
  if (frontPage.includes(sample)) return expect.stringMatching(printed[sample.title] ?? /a sample without expectations/)
  return expect.stringMatching(/console\.log|node:test/.test(sample.code) ? /./s : /^$/)
}

/** Ids of messages, ports of clients and releases differ from run to run, or from release to release. */
function withoutIds(text: string): string {
  return text
    .replaceAll(/\b[0-9A-F]{32}\b/g, '<id>')
    .replaceAll(/\b(10\.0\.2\.\d+):\d+/g, '$1:<port>')
    .replaceAll(/\b(OTHER|NODE_JS) +\d+\.\d+\.\d+/g, '<client>')
}
