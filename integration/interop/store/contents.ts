import { networkInterfaces } from 'node:os'
import { deflateSync } from 'node:zlib'
import { COMPRESSION_FLAGS, MessageSysFlag, Perm, RequestCode } from '@rocketmq-ts/remoting/wire'
import { BrokerLink } from './broker-link'
import { list, type Sent, send, sendAll, sendBatch, text } from './sending'
import { sendBack, sendDelayed, sendTransactions } from './waiting-contents'

/** Groups that {@link fillStore} makes; `reader` is for whoever compares, and commits nothing. */
export const groups = ['reader', 'billing', 'audit'] as const

const topics: Readonly<Record<string, number>> = { orders: 4, ledger: 1, odds: 2, batches: 1, later: 1, paid: 1, 'none-yet': 3 }

export interface FillOptions {
  /** Half messages, some committed, some rolled back, some without an answer. Default: none, as our broker has no transactions. */
  readonly transactions?: boolean
  /** Messages without a body, which 4.9.7 takes, 5.5.0 and ours do not. Default: none. */
  readonly emptyBodies?: boolean
  /** Messages of a sender with an IPv6 address, for brokers that listen at every address. Default: none. */
  readonly senderV6?: boolean
  /** A message for a time of its own (5.x). Default: none. */
  readonly timer?: boolean
}

/** Whether this machine can connect to itself by IPv6. */
export function hasIpv6(): boolean {
  return Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))
}

/** Sends everything that a store can hold, and resolves when the broker has nothing left to do but wait. */
export async function fillStore(address: string, options: FillOptions = {}): Promise<void> {
  await BrokerLink.with(address, async (link) => {
    await createAll(link)
    await sendAll(link, [...orders(), ...ledger()])
    await sendAll(link, odds())
    if (options.emptyBodies)
      await sendAll(link, [{ topic: 'odds' }, { topic: 'odds', unique: false }, { topic: 'odds', tag: 'empty', keys: 'empty' }])
    await sendBatch(
      link,
      list(20, (at) => ({ topic: 'batches', body: text(`batch ${at}`), tag: `t${at % 3}`, keys: `batch-${at}` }))
    )
    if (options.senderV6) await sendFromV6(address)
    if (options.transactions) await sendTransactions(link)
    if (options.timer) await send(link, { topic: 'later', body: text('timed'), properties: { TIMER_DELAY_SEC: '7200' } })
    await sendDelayed(link)
    await sendBack(link)
    await commitOffsets(link)
  })
}

/** Sends some more to a store that was filled: to its queues, to a new topic, past the end of a commit log file. */
export async function goOn(address: string): Promise<void> {
  await BrokerLink.with(address, async (link) => {
    await createTopic(link, 'added', 2)
    const more = (topic: string, queueId: number, count: number, bytes: number): Sent[] =>
      list(count, (at) => ({ topic, queueId, body: Buffer.alloc(bytes, `${topic} ${at};`), tag: 'more', keys: `more-${at % 10}` }))
    await sendAll(link, [...more('orders', 0, 60, 500), ...more('ledger', 0, 60, 20), ...more('added', 1, 12, 100_000)])
  })
}

/** Commits an offset that {@link goOn} made possible. */
export async function commitFurther(address: string): Promise<void> {
  const header = { consumerGroup: 'audit', topic: 'ledger', queueId: 0, commitOffset: 301 }
  await BrokerLink.with(address, (link) => link.demand(RequestCode.UPDATE_CONSUMER_OFFSET, header))
}

export async function deleteTopic(address: string, topic: string): Promise<void> {
  await BrokerLink.with(address, (link) => link.demand(RequestCode.DELETE_TOPIC_IN_BROKER, { topic }))
}

async function createAll(link: BrokerLink): Promise<void> {
  for (const [topic, queues] of Object.entries(topics)) await createTopic(link, topic, queues)
  await createTopic(link, 'closed', 2, { perm: Perm.READ })
  for (const [at, groupName] of groups.entries()) {
    await link.demand(
      RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP,
      {},
      {
        groupName,
        consumeEnable: true,
        consumeFromMinEnable: true,
        consumeBroadcastEnable: at !== 1,
        retryQueueNums: 1 + at,
        retryMaxTimes: 3 + at,
        brokerId: 0,
        whichBrokerWhenConsumeSlowly: 1,
        notifyConsumerIdsChangedEnable: true
      }
    )
  }
}

export async function createTopic(
  link: BrokerLink,
  topic: string,
  queues: number,
  { perm = Perm.READ | Perm.WRITE, attributes }: { readonly perm?: number; readonly attributes?: string } = {}
): Promise<void> {
  const queueNums = { readQueueNums: queues, writeQueueNums: queues }
  await link.demand(RequestCode.UPDATE_AND_CREATE_TOPIC, {
    topic,
    defaultTopic: 'TBW102',
    ...queueNums,
    perm,
    topicFilterType: 'SINGLE_TAG',
    topicSysFlag: 0,
    order: false,
    ...(attributes !== undefined && { attributes })
  })
}

const orders = (): Sent[] =>
  list(400, (at) => ({
    topic: 'orders',
    queueId: at % 4,
    body: Buffer.alloc(200 + ((at * 37) % 3000), `order ${at};`),
    tag: ['created', 'paid', 'shipped'][at % 3] ?? '',
    keys: `order-${at} customer-${at % 7}`,
    flag: at
  }))

const ledger = (): Sent[] => list(260, (at) => ({ topic: 'ledger', body: text(`line ${at}`), ...(at % 2 === 0 && { keys: `line-${at}` }) }))

/** Everything of which there is little. `Aa` and `BB` have one hash code in Java. */
function odds(): Sent[] {
  const all: Omit<Sent, 'topic'>[] = [
    { unique: false, body: text('neither key nor tag') },
    { body: text('標籤'), tag: '訂單', keys: '客户-1 klíč-2 🍣', properties: { přání: 'rychle', emoji: '🍣🍣', long: 'x'.repeat(10_000) } },
    { body: text('collides'), tag: 'Aa', keys: 'Aa' },
    { body: text('collides too'), tag: 'BB', keys: 'BB' },
    { body: text('the same key, twice'), keys: 'twice twice' },
    { body: text('many keys'), keys: list(40, (at) => `k${at}`).join(' ') },
    { body: text('with a negative flag'), flag: -2_000_000_000 },
    { body: text('tried before'), reconsumeTimes: 3 },
    { body: deflateSync(Buffer.alloc(50_000, 'small when compressed ')), sysFlag: MessageSysFlag.COMPRESSED },
    { body: deflateSync(Buffer.alloc(9_000, 'as 5.x does ')), sysFlag: COMPRESSION_FLAGS.zlib },
    ...list(14, (at) => ({ body: Buffer.alloc(200_000 + at, `big ${at} `), keys: `big-${at % 4}`, tag: 'big' }))
  ]
  return all.map((one, at) => ({ topic: 'odds', queueId: at % 2, ...one }))
}

/** To the topic `odds`. */
export function sendFromV6(address: string): Promise<void> {
  const port = address.slice(address.lastIndexOf(':') + 1)
  const messages = list(5, (at): Sent => ({ topic: 'odds', queueId: 1, body: text(`from afar ${at}`), keys: 'v6' }))
  return BrokerLink.with(`[::1]:${port}`, (link) => sendAll(link, messages))
}

async function commitOffsets(link: BrokerLink): Promise<void> {
  for (const queueId of [0, 1, 2, 3]) {
    const commit = (consumerGroup: string, commitOffset: number) =>
      link.demand(RequestCode.UPDATE_CONSUMER_OFFSET, { consumerGroup, topic: 'orders', queueId, commitOffset })
    await commit('billing', 40 + queueId)
    await commit('audit', queueId)
  }
  await link.demand(RequestCode.UPDATE_CONSUMER_OFFSET, { consumerGroup: 'billing', topic: 'ledger', queueId: 0, commitOffset: 250 })
}
