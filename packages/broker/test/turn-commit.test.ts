import { describe, expect, it } from '@jest/globals'
import { type AppendRequest, MemoryMessageStore } from '@rocketmq-ts/store'
import { ManualClock } from 'net-ts-protocol-kit'
import { TurnCommit } from '../src/turn-commit'

const host = { host: '127.0.0.1', port: 10911 }
const record: AppendRequest = {
  topic: 'orders',
  queueId: 0,
  flag: 0,
  sysFlag: 0,
  bornTimestamp: 0,
  bornHost: host,
  storeHost: host,
  reconsumeTimes: 0,
  preparedTransactionOffset: 0,
  body: Buffer.from('body'),
  properties: Buffer.alloc(0),
  tagsCode: 0
}

async function started() {
  const clock = new ManualClock()
  const store = new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
  await store.start()
  const commit = new TurnCommit(store, clock)
  const events: string[] = []
  const send = (name: string): void => {
    store.append(record)
    commit.wait({ committed: (status) => events.push(`${name} ${status}`) })
  }
  return { clock, events, send, store }
}

describe('the commit of a turn', () => {
  it('waits for the input that is ready when few have sent', async () => {
    const { clock, events, send, store } = await started()
    send('a')
    clock.defer(() => events.push('end of chunk'))
    clock.deferAfterInput(() => events.push('after input'))
    send('b')
    expect(events).toEqual([])
    await clock.settle()
    expect(events).toEqual(['end of chunk', 'a COMMITTED', 'b COMMITTED', 'after input'])
    expect(store.maxOffset('orders', 0)).toBe(2)
  })

  it('comes at the end of the chunk for who sends one at a time', async () => {
    const { clock, events, send } = await started()
    for (const name of ['a', 'b']) {
      clock.deferAfterInput(() => events.push('after input'))
      send(name)
      await clock.settle()
    }
    expect(events).toEqual(['a COMMITTED', 'after input', 'b COMMITTED', 'after input'])
  })

  it('waits for the input that is ready again after a turn in which several have sent', async () => {
    const { clock, events, send } = await started()
    const turn = async (...names: string[]): Promise<void> => {
      clock.deferAfterInput(() => events.push('after input'))
      for (const name of names) clock.defer(() => send(name))
      await clock.settle()
    }
    await turn('a', 'b')
    await turn('c')
    await turn('d')
    const [first, second, third] = [events.indexOf('b COMMITTED'), events.indexOf('c COMMITTED'), events.indexOf('d COMMITTED')]
    const afterInput = events.flatMap((event, at) => (event === 'after input' ? [at] : []))
    expect(first).toBeGreaterThan(afterInput[0] ?? -1)
    expect(second).toBeGreaterThan(afterInput[1] ?? -1)
    expect(third).toBeLessThan(afterInput[2] ?? -1)
  })

  it('comes at the end of the chunk when many have sent, never inside a send', async () => {
    const { clock, events, send } = await started()
    clock.deferAfterInput(() => events.push('more input'))
    for (let sender = 0; sender < 40; sender++) send(String(sender))
    expect(events).toEqual([])
    await clock.settle()
    expect(events).toHaveLength(41)
    expect(events.indexOf('more input')).toBe(40)
  })

  it('tells each sender once, in order, however the chunks fall', async () => {
    const { clock, events, send } = await started()
    const expected: string[] = []
    for (const count of [1, 31, 32, 33, 64, 65, 2]) {
      for (let sender = 0; sender < count; sender++) {
        expected.push(`${expected.length} COMMITTED`)
        send(String(expected.length - 1))
      }
      await new Promise<void>((resolve) => clock.defer(resolve))
    }
    await clock.settle()
    expect(events).toEqual(expected)
  })
})
