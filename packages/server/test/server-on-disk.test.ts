import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { RemotingClient } from '@rocketmq-ts/remoting'
import { decodeRecords, encodeProperties, PullSysFlag, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { SimulatedStoreFiles } from '@rocketmq-ts/store'
import Long from 'long'
import { ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { type Server, startServer } from '../src/index'

const LOG = '/mq/commitlog/00000000000000000000'
const QUEUE = { topic: 'orders', queueId: 0 }

let clock: ManualClock
let network: MemoryNetwork
let files: SimulatedStoreFiles
let server: Server
let client: RemotingClient
let warnings: string[]

beforeEach(async () => {
  clock = new ManualClock()
  network = new MemoryNetwork({ clock })
  files = new SimulatedStoreFiles({ now: () => clock.now() })
  client = new RemotingClient({ clock, network, requestTimeoutMs: 30_000 })
  warnings = []
  await start()
})
afterEach(async () => {
  await client.close()
  await server.close()
})

async function start(): Promise<void> {
  const note = (message: string): void => void warnings.push(message)
  const logger = { debug: () => {}, info: () => {}, warn: note, error: note }
  server = await startServer({ clock, network, files, logger, storeDirectory: '/mq' })
}

/** The process is gone without a word; the next one finds what was written. What the old one still does to its files nobody sees. */
async function killAndStart(): Promise<void> {
  const killed = server
  files = files.afterKill()
  await killed.close()
  await start()
}

async function send(body: string, properties: Readonly<Record<string, string>> = {}): Promise<number> {
  const header = {
    ...{ ...QUEUE, producerGroup: 'shop', defaultTopic: 'TBW102', defaultTopicQueueNums: 1 },
    ...{ sysFlag: 0, bornTimestamp: 0, flag: 0, properties: encodeProperties(Object.entries(properties)).toString() }
  }
  return (await client.invoke(server.brokerAddress, RequestCode.SEND_MESSAGE_V2, header, Buffer.from(body))).code
}

async function read(queueOffset = 0): Promise<{ readonly code: number; readonly next: number; readonly bodies: readonly string[] }> {
  const answer = await client.invoke(server.brokerAddress, RequestCode.PULL_MESSAGE, {
    ...{ ...QUEUE, consumerGroup: 'billing', queueOffset, maxMsgNums: 32, sysFlag: PullSysFlag.SUBSCRIPTION, commitOffset: 0 },
    ...{ suspendTimeoutMillis: 0, subscription: '*', subVersion: Long.ZERO }
  })
  const { records } = decodeRecords(answer.body ?? Buffer.alloc(0))
  return { code: answer.code, next: answer.header.nextBeginOffset, bodies: records.map(({ body }) => body.toString()) }
}

describe('a server with a store on disk', () => {
  it('that is killed right after the first message of a topic has both', async () => {
    expect(await send('a')).toBe(ResponseCode.SUCCESS)
    await killAndStart()
    expect((await read()).bodies).toEqual(['a'])
    expect(warnings).toEqual([])
  })

  it('that is killed delivers a delayed message once, and in time', async () => {
    await send('late', { DELAY: '3' })
    await clock.advance(6000)
    await killAndStart()
    await clock.advance(3999)
    expect((await read()).bodies).toEqual([])
    await clock.advance(1)
    expect((await read()).bodies).toEqual(['late'])
    await clock.advance(60_000)
    await killAndStart()
    await clock.advance(60_000)
    expect((await read()).bodies).toEqual(['late'])
  })

  it('goes on behind a record that is damaged, and tells of it', async () => {
    for (const body of ['first', 'second', 'third']) await send(body)
    await server.close()
    files.overwrite(LOG, files.bytesOf(LOG, 0, 4096).indexOf('second'), Buffer.from('S'))
    await start()
    const found: string[] = []
    for (let next = 0, answer = await read(); next !== answer.next; next = answer.next, answer = await read(next)) {
      found.push(...answer.bodies)
    }
    expect(found).toEqual(['first', 'third'])
    expect(warnings).toEqual([expect.stringContaining('damaged')])
  })
})
