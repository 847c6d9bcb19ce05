import { afterEach, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'
import { formatEndpoint, realClock, realNetwork } from 'net-ts-protocol-kit'
import { Forwarder } from '../../src/inspector/forwarder'
import type { WireEvent } from '../../src/inspector/wire-event'
import { inspectionOptions } from './captured'

const closers: Array<() => Promise<unknown>> = []
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

it('a client that knows only the inspector sends and reads through it, over real sockets', async () => {
  const server = await startServer({ nameserverPort: 0, brokerPort: 0, topics: { orders: { queues: 2 } } })
  closers.push(() => server.close())
  const [host = '', port] = server.nameserverAddress.split(':')
  const events: WireEvent[] = []
  const forwarder = new Forwarder(
    {
      clock: realClock,
      network: realNetwork,
      listen: { host: '127.0.0.1', port: 0 },
      to: { host, port: Number(port) },
      followBrokers: true,
      inspection: inspectionOptions()
    },
    (event) => events.push(event)
  )
  closers.push(() => forwarder.close())
  const inspector = formatEndpoint(await forwarder.start())
  const client = await connect({ nameservers: inspector })
  closers.push(() => client.close())

  // More than sockets and their buffers hold at once.
  const body = Buffer.alloc(3 * 1024 * 1024, 'x')
  const receipt = await client.producer({ group: 'shop' }).send('orders', body, { tag: 'created' })
  const reader = client.pullConsumer({ group: 'audit', subscriptions: [{ topic: 'orders' }], from: 'first' })
  for await (const batch of reader) {
    expect([...batch].map((message) => message.body.equals(body))).toEqual([true])
    await batch.commit()
    break
  }
  await client.close()

  expect(receipt.status).toBe('SEND_OK')
  const names = new Set(events.flatMap((event) => (event.type === 'request' ? [event.name] : [])))
  const wanted = ['GET_ROUTEINFO_BY_TOPIC', 'HEART_BEAT', 'SEND_MESSAGE_V2', 'PULL_MESSAGE', 'UPDATE_CONSUMER_OFFSET']
  expect([...names]).toEqual(expect.arrayContaining(wanted))
  expect(events).toContainEqual(expect.objectContaining({ type: 'listening', to: server.brokerAddress }))
  expect(events.filter(({ type }) => type === 'refused')).toEqual([])
  const problems = events.filter((event) => event.type === 'problem' && event.problem !== 'unanswered')
  expect(problems).toEqual([])
})
