import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, connect, deadLetter } from '@rocketmq-ts/client'
import { RequestCode } from '@rocketmq-ts/remoting/wire'
import { type Cluster, startCluster } from '../src/index'
import { billing, Orders } from './support'

let cluster: Cluster
let mq: Client

beforeEach(async () => {
  cluster = await startCluster({ topics: { orders: { queues: 2 } } })
  mq = await cluster.connect()
})
afterEach(() => cluster.close())

async function send(id: string, queueId: number): Promise<void> {
  const queue = { topic: 'orders', brokerName: 'broker-a', queueId }
  await mq.producer({ group: 'shop' }).send(Orders, { id, total: 1 }, { keys: [id], tag: 'created', queue })
}

/** What a person reads; ids and versions, which differ from run to run or release to release, are blanked out. */
async function textOf(expectation: Promise<unknown>): Promise<string> {
  const error: unknown = await expectation.then(
    () => 'it was met',
    (reason: unknown) => reason
  )
  const text = error instanceof Error ? error.message : String(error)
  return `\n${text
    .replaceAll(/[0-9A-F]{32}/g, '<id>')
    .replaceAll(/(10\.0\.2\.\d+):\d+/g, '$1:<port>')
    .replaceAll(/(OTHER|NODE_JS) +[0-9.]+/g, '<language> <version>')}\n`
}

describe('a failed expectation', () => {
  it('shows each message that was meant, the queues, the retries, the dead letters and who is there', async () => {
    const worker = mq.pushConsumer({ ...billing, concurrency: 1, maxAttempts: 2 }, (message) => {
      if (message.value.id === 'o-2') throw new Error('no')
      if (message.value.id === 'o-3') return deadLetter()
      return undefined
    })
    await worker.ready
    await send('o-1', 0)
    await send('o-2', 1)
    await send('o-3', 0)
    await cluster.advance(5000)
    expect(await textOf(cluster.expectDelivered('billing', { topic: Orders }, { withinMs: 4000 }))).toBe(`
expectDelivered('billing') was not met and cannot be any more
  wanted  all messages of orders, at least one, consumed by group billing
  found   1 delivered, 1 retrying, 1 dead-lettered

messages that match
  orders@broker-a:0  offset 0  tag created  keys o-1  <id>  delivered
  orders@broker-a:1  offset 0  tag created  keys o-2  <id>  retrying attempt 2 in 5000 ms
  orders@broker-a:0  offset 1  tag created  keys o-3  <id>  dead-lettered after 1 attempt
queues of group billing
                             stored   committed  consumed  lag
  orders@broker-a:0          0 to 1   2          2         0
  orders@broker-a:1          0 to 0   1          1         0
  %RETRY%billing@broker-a:0  nothing  0          0         0
retries of group billing
  orders  tag created  keys o-2  <id>  attempt 2 in 5000 ms
dead letters of group billing
  orders  tag created  keys o-3  <id>  after 1 attempt
members of group billing
  client-1  subscribes to orders, %RETRY%billing
clients in a group
  client-1  10.0.2.1:<port>  <language> <version>  produces as shop  consumes as billing
servers: nameserver runs, broker-a runs
`)
  })

  it('says that nobody is there to consume', async () => {
    await cluster.createGroup('billing')
    await send('o-1', 0)
    expect(await textOf(cluster.expectDelivered('billing', { topic: Orders }, { withinMs: 1000 }))).toBe(`
expectDelivered('billing') was not met within 1000 ms of the cluster's time
  wanted  all messages of orders, at least one, consumed by group billing
  found   1 waiting
  hint    no member of group billing is connected

messages that match
  orders@broker-a:0  offset 0  tag created  keys o-1  <id>  waiting
queues of group billing: none
retries of group billing: none
dead letters of group billing: none
members of group billing: none
clients in a group
  client-1  10.0.2.1:<port>  <language> <version>  produces as shop
servers: nameserver runs, broker-a runs
`)
  })

  it('names the group or topic that was probably meant', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    const text = await textOf(cluster.expectDelivered('biling', { topic: 'ordes' }, { withinMs: 0 }))
    expect(text).toContain('  found   no message that matches\n')
    expect(text).toContain('  hint    no broker has topic ordes, only orders\n')
    expect(text).toContain('  hint    no broker knows consumer group biling, only billing\n')
  })

  it('says that the group does not subscribe to the topic', async () => {
    await cluster.createTopic('payments')
    await mq.producer({ group: 'shop' }).send('payments', 'x')
    await mq.pushConsumer(billing, () => {}).ready
    const text = await textOf(cluster.expectDelivered('billing', { topic: 'payments' }, { withinMs: 0 }))
    expect(text).toContain('  found   1 waiting\n  hint    group billing does not subscribe to payments\n')
  })

  it('shows messages that do not match, and why one cannot', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await mq.producer({ group: 'shop' }).send('orders', 'no json', { keys: ['o-1'] })
    const text = await textOf(
      cluster.expectDelivered('billing', { topic: Orders, where: ({ value }) => value.id === 'o-1' }, { withinMs: 0 })
    )
    expect(text).toMatch(/ {2}wanted {2}all messages of orders where .*value\.id *===.*, at least one, consumed by group billing\n/)
    expect(text).toMatch(/messages that match: none\nmessages that do not\n {2}orders@broker-a:\d {2}offset 0 {2}keys o-1 {2}<id>\n/)
    expect(text).toMatch(
      /hint {4}its value cannot be read, so it matches no condition on it: message <id> .* could not be decoded: Unexpected token/
    )
  })

  it('says that a handler has the message', async () => {
    await mq.pushConsumer(billing, () => new Promise(() => {})).ready
    await send('o-1', 0)
    const text = await textOf(cluster.expectDelivered('billing', {}, { withinMs: 1000 }))
    expect(text).toContain('  found   1 handed out\n  hint    handed out: pulled, and neither settled by its handler nor committed\n')
  })

  it('says that of a client which is not its own it knows what that has committed', async () => {
    const application = await connect({ ...cluster.connection(), clientId: 'application' })
    await application.pushConsumer(billing, () => {}).ready
    await send('o-1', 0)
    const text = await textOf(cluster.expectDelivered('billing', {}, { withinMs: 1000 }))
    expect(text).toContain('  hint    application: not of cluster.connect(), so known by commits only')
    expect(await cluster.expectDelivered('billing', {}, { withinMs: 5000 })).toHaveLength(1)
    await cluster.drive(application.close())
  })

  it('says which servers are stopped and which faults are at work', async () => {
    await mq.pushConsumer(billing, () => {}).ready
    await cluster.stopNameserver()
    cluster.faults.dropRequest(RequestCode.PULL_MESSAGE, { times: Number.POSITIVE_INFINITY })
    await send('o-1', 0)
    const text = await textOf(cluster.expectDelivered('billing', { key: 'o-9' }, { withinMs: 60_000 }))
    expect(text).toContain('  hint    nameserver is stopped\n')
    expect(text).toContain('servers: nameserver is stopped, broker-a runs\nfaults\n  drop ')
  })

  it('shows a few of many, and says how many more there are', async () => {
    for (let n = 0; n < 20; n++) await send(`o-${n}`, 0)
    await cluster.createGroup('billing')
    const text = await textOf(cluster.expectDelivered('billing', { topic: Orders }, { withinMs: 0 }))
    expect(text.match(/ waiting$/gm)).toHaveLength(13)
    expect(text).toContain('\n  … and 8 more\n')
    expect(text).toContain('  found   20 waiting\n')
  })
})
