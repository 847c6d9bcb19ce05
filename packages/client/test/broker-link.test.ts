import { describe, expect, it } from '@jest/globals'
import type { RemotingClient } from '@rocketmq-ts/remoting'
import { ResponseCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock, silentLogger } from 'net-ts-protocol-kit'
import { BrokerLink } from '../src/broker-link'
import { Groups } from '../src/groups'

/** A broker that takes a heartbeat when the test says so. */
class Broker {
  readonly told: number[] = []
  #answers: Array<(response: unknown) => void> = []

  get remoting(): RemotingClient {
    const invoke = (_address: string, _row: unknown, _header: unknown, { producerDataSet }: { producerDataSet: readonly unknown[] }) => {
      this.told.push(producerDataSet.length)
      return new Promise((resolve) => this.#answers.push(resolve))
    }
    return { invoke } as unknown as RemotingClient
  }

  answer(): void {
    for (const resolve of this.#answers.splice(0)) resolve({ code: ResponseCode.SUCCESS })
  }
}

const turns = async (count: number): Promise<void> => {
  for (let turn = 0; turn < count; turn++) await Promise.resolve()
}

describe('the link to a broker', () => {
  it.each(Array.from({ length: 12 }, (_, at) => at))(
    'tells at once of a group that is joined %d turns after the answer to a heartbeat',
    async (gap) => {
      const broker = new Broker()
      const groups = new Groups('client-1')
      const link = new BrokerLink('10.0.0.1:10911', {
        clock: new ManualClock(),
        logger: silentLogger,
        remoting: broker.remoting,
        groups,
        intervalMs: 30_000,
        timeoutMs: 3000,
        onChange: () => undefined
      })
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
