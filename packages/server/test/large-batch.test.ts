import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { type Client, connect } from '@rocketmq-ts/client'
import { MemoryNetwork, realClock } from 'net-ts-protocol-kit'
import { type Server, startServer } from '../src/index'

let server: Server
let mq: Client

beforeEach(async () => {
  const network = new MemoryNetwork({ clock: realClock })
  server = await startServer({ network, topics: { orders: { queues: 1 } } })
  mq = await connect({ nameservers: server.nameserverAddress, network })
})
afterEach(async () => {
  await mq.close()
  await server.close()
})

describe('a batch', () => {
  it.each([1, 1000, 10_000])('of %i messages has an id of its own for each, and is stored once', async (count) => {
    const entries = Array.from({ length: count }, (_, n) => ({ value: Buffer.from(String(n)) }))
    const receipt = await mq.producer({ group: 'shop' }).sendBatch('orders', entries)
    expect(new Set(receipt.messageIds).size).toBe(count)
    expect(new Set(receipt.offsetMessageIds).size).toBe(count)
    expect(await mq.queues.maxOffset({ topic: 'orders', brokerName: 'broker-a', queueId: 0 })).toBe(count)
  })
})
