import { dlqTopic, MessageProperty, MessageSysFlag, RequestCode, retryTopic, SystemTopic } from '@rocketmq-ts/remoting/wire'
import { expectEventually } from '../../contract/eventually'
import type { BrokerLink } from './broker-link'
import { list, type Sent, send, sendAll, text } from './sending'

/** A few that are delivered before this ends, and some that wait for hours. */
export async function sendDelayed(link: BrokerLink): Promise<void> {
  const delayed = (level: number, count: number): Sent[] =>
    list(count, (at) => ({
      topic: 'later',
      body: text(`level ${level} ${at}`),
      keys: `later-${level}-${at}`,
      properties: { [MessageProperty.DELAY_TIME_LEVEL]: `${level}` }
    }))
  const before = await maxOffset(link, 'later', 0)
  await sendAll(link, [...delayed(1, 5), ...delayed(18, 120), ...delayed(17, 3)])
  await expectEventually(async () => ((await maxOffset(link, 'later', 0)) === before + 5 ? undefined : 'five delayed messages'))
}

/** One message goes to its group's retry topic, another one to its dead letters. */
export async function sendBack(link: BrokerLink): Promise<void> {
  const stored = await send(link, { topic: 'orders', queueId: 1, body: text('hard to handle'), keys: 'hard', tag: 'paid' })
  const back = {
    offset: stored.physicalOffset,
    originMsgId: stored.messageId,
    originTopic: 'orders',
    unitMode: false,
    maxReconsumeTimes: 3
  }
  await link.demand(RequestCode.CONSUMER_SEND_MSG_BACK, { ...back, group: 'billing', delayLevel: 1 })
  await link.demand(RequestCode.CONSUMER_SEND_MSG_BACK, { ...back, group: 'audit', delayLevel: -1 })
  for (const topic of [retryTopic('billing'), dlqTopic('audit')])
    await expectEventually(async () => ((await total(link, topic, 3)) === 1 ? undefined : `a message in ${topic}`))
}

/** Half messages: of three, one is committed, one rolled back, and one waits. */
export async function sendTransactions(link: BrokerLink): Promise<void> {
  const half = (at: number): Sent => ({
    topic: 'paid',
    body: text(`payment ${at}`),
    keys: `payment-${at}`,
    sysFlag: MessageSysFlag.TRANSACTION_PREPARED,
    properties: { [MessageProperty.TRANSACTION_PREPARED]: 'true', [MessageProperty.PRODUCER_GROUP]: 'shop' }
  })
  for (const at of list(12, (one) => one)) {
    const stored = await send(link, half(at))
    if (at % 3 === 2) continue
    const commitOrRollback = at % 3 === 0 ? MessageSysFlag.TRANSACTION_COMMIT : MessageSysFlag.TRANSACTION_ROLLBACK
    const place = { tranStateTableOffset: stored.queueOffset, commitLogOffset: stored.physicalOffset, msgId: stored.messageId }
    await link.demand(RequestCode.END_TRANSACTION, { producerGroup: 'shop', ...place, commitOrRollback, fromTransactionCheck: false })
  }
  await expectEventually(async () =>
    (await maxOffset(link, SystemTopic.TRANS_OP_HALF, 0)) > 0 ? undefined : 'what became of half messages'
  )
}

async function total(link: BrokerLink, topic: string, queues: number): Promise<number> {
  const all = await Promise.all(list(queues, (queueId) => maxOffset(link, topic, queueId)))
  return all.reduce((sum, one) => sum + one, 0)
}

async function maxOffset(link: BrokerLink, topic: string, queueId: number): Promise<number> {
  return (await link.demand(RequestCode.GET_MAX_OFFSET, { topic, queueId })).header.offset
}
