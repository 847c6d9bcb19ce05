import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type MessageQueue, RequestCode, ResponseCode } from '@rocketmq-ts/remoting/wire'
import { TestBroker } from './support/cluster'

let test: TestBroker

beforeEach(async () => {
  test = await TestBroker.start()
  await test.broker.createTopic('orders', { queues: 4 })
})
afterEach(() => test.close())

const queue = (queueId: number, more: Partial<MessageQueue> = {}): MessageQueue => ({
  topic: 'orders',
  brokerName: 'broker-a',
  queueId,
  ...more
})

async function lock(clientId: string, mqSet: readonly MessageQueue[], consumerGroup = 'billing'): Promise<readonly number[]> {
  const answer = await test.client.invoke(RequestCode.LOCK_BATCH_MQ, {}, { consumerGroup, clientId, mqSet })
  expect(answer.code).toBe(ResponseCode.SUCCESS)
  return answer.body.lockOKMQSet.map((one) => one.queueId)
}

describe('LOCK_BATCH_MQ', () => {
  it('answers the queues that the client holds now', async () => {
    expect(await lock('one', [queue(0), queue(1)])).toEqual([0, 1])
    expect(await lock('two', [queue(1), queue(2)])).toEqual([2])
    expect(await lock('one', [queue(0), queue(2)])).toEqual([0])
  })

  it('gives a queue to another client 60 s after the last renewal', async () => {
    await lock('one', [queue(0)])
    await test.clock.advance(59_000)
    expect(await lock('two', [queue(0)])).toEqual([])
    await test.clock.advance(2000)
    expect(await lock('two', [queue(0)])).toEqual([0])
  })

  it('locks only queues that this broker has', async () => {
    const foreign = [queue(4), queue(-1), queue(0, { brokerName: 'broker-b' }), queue(0, { topic: 'nowhere' })]
    expect(await lock('one', [...foreign, queue(3)])).toEqual([3])
  })

  it.each([
    ['an illegal group', { consumerGroup: 'a b', mqSet: [queue(0)] }],
    ['more queues than allowed', { consumerGroup: 'billing', mqSet: Array.from({ length: 10_001 }, (_, i) => queue(i)) }]
  ])('refuses %s', async (_what, body) => {
    const answer = await test.client.invoke(RequestCode.LOCK_BATCH_MQ, {}, { clientId: 'one', ...body })
    expect(answer.code).toBe(ResponseCode.INVALID_PARAMETER)
  })
})

describe('UNLOCK_BATCH_MQ', () => {
  const unlock = (clientId: string, mqSet: readonly MessageQueue[]): Promise<{ code: number }> =>
    test.client.invoke(RequestCode.UNLOCK_BATCH_MQ, {}, { consumerGroup: 'billing', clientId, mqSet })

  it('gives a queue free for others, when its holder asks', async () => {
    await lock('one', [queue(0)])
    expect((await unlock('two', [queue(0)])).code).toBe(ResponseCode.SUCCESS)
    expect(await lock('two', [queue(0)])).toEqual([])
    await unlock('one', [queue(0)])
    expect(await lock('two', [queue(0)])).toEqual([0])
  })

  it('refuses more queues than allowed', async () => {
    expect(
      (
        await unlock(
          'one',
          Array.from({ length: 10_001 }, (_, i) => queue(i))
        )
      ).code
    ).toBe(ResponseCode.INVALID_PARAMETER)
  })
})
