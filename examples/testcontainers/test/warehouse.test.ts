import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Client, connect } from '@rocketmq-ts/client'
import { RocketMQContainer, type StartedRocketMQ } from '@rocketmq-ts/testcontainers'
import { Orders, Parcels } from '../src/topics'
import { Warehouse } from '../src/warehouse'

describe('the warehouse', () => {
  const parcels = new Set<string>()
  let rocketmq: StartedRocketMQ
  let mq: Client
  let warehouse: Warehouse

  // One broker for the whole file: it takes seconds to start. The tests keep apart by their order numbers and articles.
  beforeAll(async () => {
    rocketmq = await new RocketMQContainer()
      .withTopics({ orders: { queues: 4 }, parcels: { queues: 2 } })
      .withGroups({ warehouse: {}, customers: {} })
      // As in production: a topic or group that nobody has declared is a mistake, and the tests shall find it.
      .withBrokerConfig({ autoCreateTopicEnable: false, autoCreateSubscriptionGroup: false })
      .start()
    mq = await connect({ nameservers: rocketmq.nameservers })
    const customers = mq.pushConsumer({ group: 'customers', subscriptions: [{ topic: Parcels }], from: 'first' }, ({ value }) => {
      parcels.add(value.orderId)
    })
    warehouse = new Warehouse(mq)
    await Promise.all([customers.ready, warehouse.start()])
  })

  afterAll(async () => {
    await mq?.close()
    await rocketmq?.stop()
  })

  it('packs what is in stock', async () => {
    warehouse.take('lamp', 3)
    await order('o-1', 'lamp', 2)
    await until(() => parcels.has('o-1'))
    expect(warehouse.stockOf('lamp')).toBe(1)
  })

  it('packs what was out of stock when it has come in', async () => {
    await order('o-2', 'chair', 1)
    await order('o-3', 'lamp', 1)
    await until(() => parcels.has('o-3'))
    expect(parcels.has('o-2')).toBe(false)
    warehouse.take('chair', 1)
    await until(() => parcels.has('o-2'))
  })

  it('loses no order when the broker is restarted', async () => {
    warehouse.take('table', 20)
    const ids = Array.from({ length: 20 }, (_, index) => `table-${index}`)
    await Promise.all(ids.map((id) => order(id, 'table', 1)))
    await rocketmq.restartBroker()
    await until(() => ids.every((id) => parcels.has(id)))
    expect(warehouse.stockOf('table')).toBe(0)
  })

  async function order(id: string, article: string, count: number): Promise<void> {
    await mq.producer({ group: 'shop' }).send(Orders, { id, article, count }, { keys: [id] })
  }
})

/** A broker in a container has a clock of its own: what takes time there takes time here. */
async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`not within a minute: ${condition}`)
    await sleep(20)
  }
}
