import { describe, expect, it } from '@jest/globals'
import { type ByteStream, ManualClock, MemoryNetwork } from 'net-ts-protocol-kit'
import { CountingNetwork } from '../src/drivers/counting-network'

const SERVER = { host: '10.0.0.1', port: 9876 }
const silent = { data: () => {}, drain: () => {}, end: () => {}, close: () => {} }

describe('a counting network', () => {
  it('counts what leaves by the sockets of either side, a write of several buffers once', async () => {
    const clock = new ManualClock()
    const memory = new MemoryNetwork({ clock, seed: 1 })
    const [servers, clients] = [new CountingNetwork(memory.at(SERVER.host)), new CountingNetwork(memory.at('10.0.0.2'))]
    let received = 0
    const accepted: ByteStream[] = []
    await servers.listen(SERVER, (stream) => {
      accepted.push(stream)
      const data = (chunk: Buffer): void => {
        received += chunk.length
      }
      stream.start({ ...silent, data })
    })
    const connecting = clients.connect(SERVER)
    await clock.settle()
    const stream = await connecting
    stream.start(silent)
    stream.write(Buffer.alloc(10))
    stream.writeAll([Buffer.alloc(1), Buffer.alloc(2), Buffer.alloc(3)])
    accepted[0]?.write(Buffer.alloc(5))
    await clock.settle()
    expect([clients.writes, clients.bytes, received]).toEqual([2, 16, 16])
    expect([servers.writes, servers.bytes]).toEqual([1, 5])
  })
})
