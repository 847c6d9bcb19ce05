import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Client } from '@rocketmq-ts/client'

/** Answers every request with how the client is doing: 200 while all its consumers read, else 503. For a load balancer or kubelet. */
export async function startHealth(mq: Client, host: string, port: number): Promise<Server> {
  const server = createServer((_, response) => {
    const { state, consumers } = mq.health()
    const isWell = state === 'open' && consumers.every((consumer) => consumer.state === 'running')
    const lag = consumers.flatMap(({ queues }) => queues).reduce((sum, queue) => sum + (queue.lag ?? 0), 0)
    const body = { state, lag, consumers: consumers.map(({ group, state, handlers }) => ({ group, state, handlers })) }
    response.writeHead(isWell ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await once(server.listen(port, host), 'listening')
  console.log(`health on http://${host}:${(server.address() as AddressInfo).port}/`)
  return server
}
