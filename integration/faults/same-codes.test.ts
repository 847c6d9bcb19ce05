import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Server, startServer } from '@rocketmq-ts/server'
import type { StartedRocketMQ } from '@rocketmq-ts/testcontainers'
import { realNetwork } from 'net-ts-protocol-kit'
import { describeJudged, judgedVersions, judgeStartMs, startJudge } from '../official/judges'
import { type HostileRequest, hostileRequests, QUEUES, TOPIC } from './requests/index'
import { sendFields } from './requests/sends'
import { type Observed, outcomeOf } from './support/outcome-of'

/** Where the servers under test are. */
interface Addresses {
  readonly broker: string
  readonly nameserver: string
}

/** The topic that the requests speak of, with one message in its first queue. */
async function prepare({ broker }: Addresses): Promise<void> {
  const topic = {
    topic: TOPIC,
    defaultTopic: 'TBW102',
    readQueueNums: QUEUES,
    writeQueueNums: QUEUES,
    perm: 6,
    topicFilterType: 'SINGLE_TAG',
    order: false
  }
  expect((await outcomeOf(realNetwork, broker, { code: 17, fields: topic })).outcome).toBe(0)
  expect((await outcomeOf(realNetwork, broker, { code: 310, fields: sendFields(), body: 'first' })).outcome).toBe(0)
}

function ask(addresses: Addresses, { to, request }: HostileRequest, patienceMs?: number): Promise<Observed> {
  return outcomeOf(realNetwork, to === 'broker' ? addresses.broker : addresses.nameserver, request, patienceMs)
}

describe('our servers', () => {
  let server: Server
  let addresses: Addresses

  beforeAll(async () => {
    server = await startServer({ nameserverPort: 0, brokerPort: 0 })
    addresses = { broker: server.brokerAddress, nameserver: server.nameserverAddress }
    await prepare(addresses)
  })

  afterAll(() => server?.close())

  for (const row of hostileRequests) {
    it(`answer ${row.outcome} to ${row.name} (${row.to})${row.remark === undefined ? '' : ', and say why'}`, async () => {
      const { outcome, remark } = await ask(addresses, row)
      expect({ outcome, remark }).toEqual({
        outcome: row.outcome,
        remark: row.remark === undefined ? remark : expect.stringContaining(row.remark)
      })
    })
  }
})

for (const version of judgedVersions) {
  describeJudged(version)(`the official ${version}`, () => {
    let judge: StartedRocketMQ
    let addresses: Addresses

    beforeAll(async () => {
      judge = await startJudge(version)
      addresses = { broker: judge.brokerAddress, nameserver: judge.nameservers }
      await prepare(addresses)
    }, judgeStartMs)

    afterAll(() => judge?.stop(), judgeStartMs)

    for (const row of hostileRequests) {
      const expected = row.official?.[version] ?? row.outcome
      const difference = row.official?.[version] === undefined ? 'as ours does' : `where ours answers ${row.outcome}: ${row.official.why}`
      it(`answers ${expected} to ${row.name} (${row.to}), ${difference}`, async () => {
        const { outcome, remark } = await ask(addresses, row, 2000)
        expect({ outcome, remark }).toEqual({ outcome: expected, remark })
      })
    }
  })
}
