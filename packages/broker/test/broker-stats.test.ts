import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { PullSysFlag } from '@rocketmq-ts/remoting/wire'
import { TestBroker } from './support/cluster'

describe('the statistics of a broker', () => {
  let test: TestBroker

  beforeEach(async () => {
    test = await TestBroker.start()
  })

  afterEach(() => test.close())

  it('count what it holds', async () => {
    const { topics, groups } = test.broker.stats
    expect(test.broker.stats).toMatchObject({ offsets: 0, clients: 0, heldPulls: 0, locks: 0, remoting: { connections: 0 } })
    await test.client.send('orders', 'x')
    await test.client.heartbeat('billing')
    const held = test.client.pull('orders', { queueOffset: 1, sysFlag: PullSysFlag.SUBSCRIPTION | PullSysFlag.SUSPEND })
    await test.clock.settle()
    expect(test.broker.stats).toMatchObject({ clients: 1, heldPulls: 1, groups: groups + 1, remoting: { connections: 1, heldPolls: 1 } })
    expect(test.broker.topics.length - topics).toBe(2)
    await test.client.send('orders', 'y')
    expect((await held).code).toBe(0)
    expect(test.broker.stats.heldPulls).toBe(0)
  })
})
