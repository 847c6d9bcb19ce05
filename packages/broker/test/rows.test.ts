import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from '@jest/globals'
import { type AnyRequestRow, RemotingClient } from '@rocketmq-ts/remoting'
import { HeaderTables, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { TestBroker } from './support/cluster'

const rows: readonly AnyRequestRow[] = Object.values(RequestCode)
const forBrokers = rows.filter((row) => row.direction === 'to-server' && row.to.includes('broker'))

/** What our broker serves. Every other row is answered like a code that nobody knows. */
const served = [
  'SEND_MESSAGE',
  'PULL_MESSAGE',
  'QUERY_MESSAGE',
  'QUERY_CONSUMER_OFFSET',
  'UPDATE_CONSUMER_OFFSET',
  'UPDATE_AND_CREATE_TOPIC',
  'GET_ALL_TOPIC_CONFIG',
  'SEARCH_OFFSET_BY_TIMESTAMP',
  'GET_MAX_OFFSET',
  'GET_MIN_OFFSET',
  'GET_EARLIEST_MSG_STORETIME',
  'VIEW_MESSAGE_BY_ID',
  'HEART_BEAT',
  'UNREGISTER_CLIENT',
  'CONSUMER_SEND_MSG_BACK',
  'GET_CONSUMER_LIST_BY_GROUP',
  'LOCK_BATCH_MQ',
  'UNLOCK_BATCH_MQ',
  'CHECK_CLIENT_CONFIG',
  'UPDATE_AND_CREATE_SUBSCRIPTIONGROUP',
  'GET_ALL_SUBSCRIPTIONGROUP_CONFIG',
  'DELETE_TOPIC_IN_BROKER',
  'SEND_MESSAGE_V2',
  'SEND_BATCH_MESSAGE',
  'LITE_PULL_MESSAGE'
]

describe('the requests of a broker', () => {
  it('are served or answered with REQUEST_CODE_NOT_SUPPORTED', async () => {
    const test = await TestBroker.start()
    const client = new RemotingClient({ clock: test.clock, network: test.network, serializeType: 'JSON' })
    const answers = await Promise.all(
      forBrokers.map(async (row) => {
        const answer = await client.invoke(test.broker.address, withoutContent(row), {}, Buffer.alloc(0))
        return { name: row.name, isServed: answer.code !== ResponseCode.REQUEST_CODE_NOT_SUPPORTED }
      })
    )
    expect(answers.length).toBeGreaterThan(100)
    expect(answers.filter(({ isServed }) => isServed).map(({ name }) => name)).toEqual(served)
    await client.close()
    await test.close()
  })

  it('have a test each, under their name', () => {
    const tests = readdirSync(__dirname)
      .filter((name) => name.endsWith('.test.ts') && name !== 'rows.test.ts')
      .map((name) => readFileSync(join(__dirname, name), 'utf8'))
      .join('\n')
    const titled = (name: string): boolean => new RegExp(`(describe|it)(\\.each\\([^]*?\\))?\\('${name}\\b`).test(tests)
    expect(served.filter((name) => !titled(name))).toEqual([])
  })

  it('that nobody knows are answered with REQUEST_CODE_NOT_SUPPORTED', async () => {
    const test = await TestBroker.start()
    const unknown = { ...RequestCode.GET_CONSUMER_LIST_BY_GROUP, code: 31_999 }
    const answer = await test.client.invoke(unknown, { consumerGroup: 'x' })
    expect([answer.code, answer.remark]).toEqual([ResponseCode.REQUEST_CODE_NOT_SUPPORTED, expect.stringContaining('31999')])
    await test.close()
  })
})

/** The row with a request that has neither fields nor a body. */
function withoutContent(row: AnyRequestRow): AnyRequestRow {
  return { ...row, request: { header: HeaderTables.none, body: RequestCode.SEND_MESSAGE.request.body } }
}
