import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { type Cluster, RequestCode, ResponseCode, startCluster } from '@rocketmq-ts/testing'
import type { Bank } from '../src/bank'
import { OrderService } from '../src/order-service'
import { Payments } from '../src/topics'

const MINUTE = 60_000

describe('the order service', () => {
  let cluster: Cluster
  let service: OrderService
  const charge = jest.fn<Bank['charge']>()

  beforeEach(async () => {
    cluster = await startCluster({ topics: { payments: { queues: 4 }, reservations: { queues: 4 } } })
    charge.mockReset().mockResolvedValue('charged')
    service = new OrderService(await cluster.connect(), { charge })
    await service.start()
    await service.reserve('o-1', 4200)
  })

  afterEach(() => cluster.close())

  it('charges an order that is paid', async () => {
    await service.pay('o-1', 'visa')
    await cluster.expectDelivered('order-payments', { key: 'o-1' })
    expect(charge.mock.calls).toEqual([['o-1', 4200, 'visa']])
    expect(service.statusOf('o-1')).toBe('paid')
  })

  it('cancels an order that nobody pays in half an hour', async () => {
    await cluster.advance(30 * MINUTE - 1)
    expect(service.statusOf('o-1')).toBe('reserved')
    await cluster.advance(1)
    expect(service.statusOf('o-1')).toBe('cancelled')
  })

  it('keeps an order that is paid in time', async () => {
    await service.pay('o-1', 'visa')
    await cluster.advance(31 * MINUTE)
    expect(service.statusOf('o-1')).toBe('paid')
  })

  it('gives a payment up that the bank refuses', async () => {
    charge.mockResolvedValue('refused')
    await service.pay('o-1', 'stolen')
    const [dead] = await cluster.expectDeadLetter('order-payments', { topic: Payments })
    expect(dead?.value).toEqual({ orderId: 'o-1', card: 'stolen' })
    expect(service.statusOf('o-1')).toBe('refused')
  })

  it('gives a payment up that comes too late', async () => {
    await cluster.advance(30 * MINUTE)
    await service.pay('o-1', 'visa')
    await cluster.expectDeadLetter('order-payments', { key: 'o-1' })
    expect(charge).not.toHaveBeenCalled()
  })

  it('asks a bank that is out of reach again: after 10 s, 30 s and a minute', async () => {
    const askedAt: number[] = []
    charge.mockImplementation(async () => {
      askedAt.push(cluster.clock.now())
      if (askedAt.length < 4) throw new Error('the bank is out of reach')
      return 'charged'
    })
    await service.pay('o-1', 'visa')
    await cluster.advance(2 * MINUTE)
    expect(askedAt.slice(1).map((at, before) => at - (askedAt[before] ?? 0))).toEqual([10_000, 30_000, 60_000])
    expect(service.statusOf('o-1')).toBe('paid')
  })

  it('gives a payment up after four attempts', async () => {
    charge.mockRejectedValue(new Error('the bank is out of reach'))
    await service.pay('o-1', 'visa')
    await cluster.expectDeadLetter('order-payments', { key: 'o-1' }, { count: 1 })
    expect(charge).toHaveBeenCalledTimes(4)
  })

  describe('in trouble', () => {
    it('charges once when the answer to a payment is lost and the customer pays again', async () => {
      cluster.faults.dropAnswer(RequestCode.SEND_MESSAGE_V2)
      await expect(cluster.drive(service.pay('o-1', 'visa'))).rejects.toMatchObject({ sent: 'unknown' })
      await service.pay('o-1', 'visa')
      await cluster.expectDelivered('order-payments', { key: 'o-1' }, { count: 2 })
      expect(charge).toHaveBeenCalledTimes(1)
      expect(await cluster.deadLetters('order-payments')).toEqual([])
    })

    it('does not notice a broker that is busy for a moment', async () => {
      cluster.faults.answerWith(RequestCode.SEND_MESSAGE_V2, { responseCode: ResponseCode.SYSTEM_BUSY })
      await cluster.drive(service.pay('o-1', 'visa'))
      await cluster.expectDelivered('order-payments', { key: 'o-1' }, { count: 1 })
      expect(service.statusOf('o-1')).toBe('paid')
    })

    it('charges after a restart of the broker what waited for another attempt', async () => {
      charge.mockRejectedValueOnce(new Error('the bank is out of reach'))
      await service.pay('o-1', 'visa')
      await cluster.settle()
      await cluster.restartBroker()
      await cluster.expectDelivered('order-payments', { key: 'o-1' })
      expect(service.statusOf('o-1')).toBe('paid')
    })
  })
})
