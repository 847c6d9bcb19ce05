import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { connect, defineTopic, json } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'
import { checkTypes, prepareFolder, runSample } from './program'
import { pagesIn, samplesOf } from './samples'

const SAMPLE_MS = 60_000

/** What a sample of the front page must print. A sample that is not in here is an error: say what it shows. */
const printed: Readonly<Record<string, RegExp>> = {
  Send: /^SEND_OK \{.*queueId.*\} \d+$/ms,
  Receive: /^(billed o-[01] attempt 1\n)*$/,
  Test: /^\[ 'hello' \]$/m,
  Pull: /^\d+$/m,
  Stream: /^\d+$/m
}

const frontPage = samplesOf('README.md')
const packagePages = ['client', 'rxjs', 'server', 'remoting', 'store', 'testing'].flatMap((name) => samplesOf(`packages/${name}/README.md`))
const guides = ['docs/guides', 'docs/guides/zh'].flatMap(pagesIn).flatMap(samplesOf)
const programs = [...frontPage, ...packagePages, ...guides].filter((one) => one.isProgram)

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
    expect(frontPage.filter((one) => !one.isProgram).map((one) => one.title)).toEqual([])
    expect(frontPage.map((one) => one.title)).toEqual(Object.keys(printed))
  })

  it(
    'pass the type check of a strict project',
    async () => {
      expect(await checkTypes(programs, SAMPLE_MS)).toEqual({ code: 0, output: '' })
    },
    SAMPLE_MS
  )

  it.each(programs.map((one) => [`${one.name} "${one.title}"`, one] as const))(
    '%s runs and ends by itself',
    async (_, sample) => {
      const { code, output } = await runSample(sample, server.nameserverAddress, SAMPLE_MS / 2)
      expect({ code, output }).toEqual({
        code: 0,
        output: expect.stringMatching(
          frontPage.includes(sample) ? shownBy(sample.title) : sample.code.includes('console.log') ? /./s : /^$/
        )
      })
    },
    SAMPLE_MS
  )
})

function shownBy(title: string): RegExp {
  return printed[title] ?? /a sample without expectations/
}
