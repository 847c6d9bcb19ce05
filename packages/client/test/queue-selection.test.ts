import { describe, expect, it } from '@jest/globals'
import type { MessageQueue } from '../src/message-queue'
import { FaultTable } from '../src/producer/fault-table'
import { nextHealthyQueue, nextQueue, queueOfShardingKey } from '../src/producer/queue-selection'

const queues: MessageQueue[] = ['a', 'a', 'b', 'b'].map((brokerName, index) => ({ topic: 't', brokerName, queueId: index % 2 }))
const text = (queue: MessageQueue | undefined): string => `${queue?.brokerName}${queue?.queueId}`

describe('queue selection', () => {
  it('goes round all queues', () => {
    const turn = { next: 2 }
    expect([1, 2, 3, 4, 5].map(() => text(nextQueue(queues, turn)))).toEqual(['b0', 'b1', 'a0', 'a1', 'b0'])
  })

  it('begins anew when the list got shorter', () => {
    expect(text(nextQueue(queues, { next: 9 }))).toBe('a1')
    expect(nextQueue([], { next: 0 })).toBeUndefined()
  })

  it('goes round brokers that failed', () => {
    const turn = { next: 0 }
    const chosen = [1, 2, 3].map(() => text(nextHealthyQueue(queues, turn, (name) => name === 'a', undefined)))
    expect(chosen).toEqual(['b0', 'b1', 'b0'])
  })

  it('takes another broker than the last one when all are to be avoided', () => {
    expect(nextHealthyQueue(queues, { next: 0 }, () => true, 'a')?.brokerName).toBe('b')
  })

  it('takes the only broker there is', () => {
    expect(nextHealthyQueue(queues.slice(0, 2), { next: 0 }, () => true, 'a')?.brokerName).toBe('a')
  })

  it('maps a sharding key to the queue that a Java producer chooses', () => {
    // In Java "customer-7".hashCode() is -1581185528, "polygenelubricants" has Integer.MIN_VALUE, "Aa" and "BB" have both 2112.
    expect(text(queueOfShardingKey(queues.slice(0, 3), 'customer-7'))).toBe(text(queues[1581185528 % 3]))
    expect(queueOfShardingKey(queues, 'Aa')).toBe(queueOfShardingKey(queues, 'BB'))
    expect(text(queueOfShardingKey(queues.slice(0, 3), 'polygenelubricants'))).toBe(text(queues[2147483648 % 3]))
    expect(queueOfShardingKey([], 'x')).toBeUndefined()
  })
})

describe('fault table', () => {
  it('avoids a broker for ten seconds after a failure, or until it worked', () => {
    const faults = new FaultTable()
    faults.failed('a', 1000)
    expect(faults.isAvoided('a', 10_999)).toBe(true)
    expect(faults.isAvoided('b', 10_999)).toBe(false)
    expect(faults.isAvoided('a', 11_000)).toBe(false)
    faults.failed('a', 20_000)
    faults.succeeded('a')
    expect(faults.isAvoided('a', 20_001)).toBe(false)
    expect(faults.isEmpty).toBe(true)
  })
})
