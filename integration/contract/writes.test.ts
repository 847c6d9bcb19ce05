import { describe, expect, it } from '@jest/globals'
import { connect } from '@rocketmq-ts/client'
import { startServer } from '@rocketmq-ts/server'
import { realNetwork } from 'net-ts-protocol-kit'
import { CountingNetwork } from '../../benchmarks/src/drivers/counting-network'

const IN_FLIGHT = 256
const MESSAGES = 25_600
const MOST_WRITES_PER_MESSAGE = 0.05

describe('our pair on one connection', () => {
  it('needs at most 0.05 socket writes per message, both sides together, with 256 sends in flight', async () => {
    const [clientSide, serverSide] = [new CountingNetwork(realNetwork), new CountingNetwork(realNetwork)]
    const server = await startServer({ nameserverPort: 0, brokerPort: 0, network: serverSide, topics: { writes: { queues: 8 } } })
    const mq = await connect({ nameservers: server.nameserverAddress, network: clientSide })
    try {
      const producer = mq.producer({ group: 'writers' })
      const body = Buffer.alloc(100, 'x')
      const lane = async (count: number): Promise<void> => {
        for (let number = 0; number < count; number++) await producer.send('writes', body)
      }
      await lane(IN_FLIGHT)
      const before = [clientSide.writes, serverSide.writes]
      await Promise.all(Array.from({ length: IN_FLIGHT }, () => lane(MESSAGES / IN_FLIGHT)))
      const [client = 0, broker = 0] = [clientSide.writes, serverSide.writes].map((writes, at) => (writes - (before[at] ?? 0)) / MESSAGES)
      process.stderr.write(
        `  socket writes per message, ${IN_FLIGHT} sends in flight: client ${client.toFixed(4)}, broker ${broker.toFixed(4)}\n`
      )
      expect(client).toBeGreaterThan(0)
      expect(broker).toBeGreaterThan(0)
      expect(client + broker).toBeLessThanOrEqual(MOST_WRITES_PER_MESSAGE)
    } finally {
      await mq.close()
      await server.close()
    }
  }, 60_000)
})
