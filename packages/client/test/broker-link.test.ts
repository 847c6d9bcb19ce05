import { describe, expect, it } from '@jest/globals'
import type { RemotingClient } from '@rocketmq-ts/remoting'
import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock, silentLogger } from 'net-ts-protocol-kit'
import { BrokerLink } from '../src/broker-link'
import { BrokerLinks, type LinkChange } from '../src/broker-links'
import { Groups } from '../src/groups'
import type { RouteTable } from '../src/route/route-table'
import { collectGarbage } from './support/memory'

/** A broker that takes a heartbeat when the test says so. */
class Broker {
  readonly told: number[] = []
  #answers: Array<(response: unknown) => void> = []

  get remoting(): RemotingClient {
    const invoke = (_address: string, _row: unknown, _header: unknown, { producerDataSet }: { producerDataSet: readonly unknown[] }) => {
      this.told.push(producerDataSet.length)
      return new Promise((resolve) => this.#answers.push(resolve))
    }
    return { invoke, onConnectionClosed: () => () => undefined } as unknown as RemotingClient
  }

  answer(code: number = ResponseCode.SUCCESS): void {
    for (const resolve of this.#answers.splice(0)) resolve({ code })
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

function linkTo(
  broker: Broker,
  groups: Groups,
  onChange: (change: LinkChange) => void = () => undefined,
  clock = new ManualClock()
): BrokerLink {
  return new BrokerLink('10.0.0.1:10911', {
    clock,
    logger: silentLogger,
    remoting: broker.remoting,
    groups,
    intervalMs: 30_000,
    timeoutMs: 3000,
    onChange
  })
}

describe('the link to a broker', () => {
  it('keeps nothing of those who stopped waiting for it', async () => {
    const groups = new Groups('client-1')
    groups.addProducer('first')
    const link = linkTo(new Broker(), groups)
    const gaveUp = Array.from({ length: 100 }, () => {
      const stopping = new AbortController()
      link.whenTold(stopping.signal)?.catch(() => undefined)
      stopping.abort()
      return new WeakRef(stopping.signal)
    })
    await collectGarbage()
    expect(gaveUp.filter((signal) => signal.deref() !== undefined).length).toBeLessThan(10)
    link.close()
  })

  it.each(Array.from({ length: 12 }, (_, at) => at))(
    'tells at once of a group that is joined %d turns after the answer to a heartbeat',
    async (gap) => {
      const broker = new Broker()
      const groups = new Groups('client-1')
      const link = linkTo(broker, groups)
      groups.addProducer('first')
      void link.tell()
      broker.answer()
      await turns(gap)
      groups.addProducer('second')
      void link.tell()
      await turns(12)
      broker.answer()
      await turns(12)
      expect(broker.told).toEqual([1, 2])
      expect(link.whenTold(new AbortController().signal)).toBeUndefined()
      link.close()
    }
  )
})

describe('the link to a broker that is not asked any more', () => {
  /** A link, and what it tells of itself. */
  function setUp() {
    const broker = new Broker()
    const groups = new Groups('client-1')
    const told: string[] = []
    const clock = new ManualClock()
    const link = linkTo(broker, groups, ({ isUp, isAsked }) => told.push(isUp ? 'up' : isAsked ? 'down' : 'unasked'), clock)
    /** Joins a group, and is answered at once. */
    const join = async (code?: number) => {
      const leave = groups.addProducer('g')
      const telling = link.tell()
      broker.answer(code)
      await telling
      return () => {
        leave()
        link.groupLeft()
      }
    }
    return { broker, clock, groups, link, told, join }
  }

  it('is neither up nor down, also when the answer to its last heartbeat comes later', async () => {
    const { broker, groups, link, told } = setUp()
    const leave = groups.addProducer('g')
    const telling = link.tell()
    leave()
    link.groupLeft()
    broker.answer()
    await telling
    expect([told, link.isUp, link.isDown]).toEqual([['up', 'unasked'], false, false])
    link.close()
  })

  it('does not take it for lost when its connection closes', async () => {
    const { link, told, join } = setUp()
    const leave = await join(ResponseCode.SYSTEM_ERROR)
    leave()
    link.connectionClosed(new Error('gone'))
    expect([told, link.isDown]).toEqual([['down', 'unasked'], false])
    link.close()
  })

  it('is back, not new, when it was lost before and is in reach again', async () => {
    const { broker, link, told, join } = setUp()
    const leave = await join()
    link.connectionClosed(new Error('gone'))
    leave()
    await join(ResponseCode.SYSTEM_ERROR)
    expect(link.backForMs).toBe(Number.POSITIVE_INFINITY)
    const telling = link.tell()
    broker.answer()
    await telling
    expect([told, link.backForMs]).toEqual([['up', 'down', 'unasked', 'down', 'up'], 0])
    link.close()
  })

  it('is not back when it was never lost', async () => {
    const { link, join } = setUp()
    const leave = await join()
    leave()
    await join()
    expect([link.isUp, link.backForMs]).toEqual([true, Number.POSITIVE_INFINITY])
    link.close()
  })

  it('is back once: asking it again after that is no return', async () => {
    const { broker, clock, link, join } = setUp()
    const leave = await join()
    link.connectionClosed(new Error('gone'))
    const telling = link.tell()
    broker.answer()
    await telling
    expect(link.backForMs).toBe(0)
    leave()
    await clock.advance(1000)
    await join()
    expect(link.backForMs).toBe(1000)
    link.close()
  })
})

describe('the links to brokers', () => {
  it('tell of a slave that was down and need not be asked for lack of consumers', async () => {
    const broker = new Broker()
    const groups = new Groups('client-1')
    const routes = { onChange: () => () => undefined, routes: [{ brokers: new Map([['broker-a', new Map([[1, '10.0.0.2:10911']])]]) }] }
    const links = new BrokerLinks({
      clock: new ManualClock(),
      logger: silentLogger,
      remoting: broker.remoting,
      routes: routes as unknown as RouteTable,
      groups,
      intervalMs: 30_000,
      timeoutMs: 3000
    })
    const told: LinkChange[] = []
    links.onChange((change) => told.push(change))
    groups.addProducer('senders')
    const data = { groupName: 'g' } as never
    const leave = groups.addMember({ group: 'g', subscriptionsText: '', data, membersChanged: () => undefined })
    void links.tellAll()
    broker.answer(ResponseCode.SYSTEM_ERROR)
    await turns(12)
    leave()
    links.groupLeft()
    expect(links.addresses).toEqual([])
    expect(told.map(({ isAsked }) => isAsked)).toEqual([true, false])
    links.close()
  })
})
