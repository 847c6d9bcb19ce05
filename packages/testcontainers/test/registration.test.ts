import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from '@jest/globals'
import { StartError } from '../src'
import { untilRegistered } from '../src/registration'

/** GET_BROKER_CLUSTER_INFO as nameserver 4.9.7 answered it with no broker and with one: bare numbers are keys, so it is no JSON. */
const header = '{"code":0,"flag":1,"language":"JAVA","opaque":1,"serializeTypeCurrentRPC":"JSON","version":407}'
const nobody = '{"brokerAddrTable":{},"clusterAddrTable":{}}'
const listed =
  '{"brokerAddrTable":{"broker-a":{"brokerAddrs":{0:"127.0.0.1:20911"},"brokerName":"broker-a","cluster":"DefaultCluster"}},"clusterAddrTable":{"DefaultCluster":["broker-a"]}}'

const broker = { ip: '127.0.0.1', brokerPort: 20_911, image: 'mine', timeoutMs: 10_000 }

const closing: (() => void)[] = []
afterEach(() => {
  for (const close of closing.splice(0)) close()
})

describe('waiting for the registration', () => {
  it('asks again until the nameserver lists the broker, also when an answer comes in pieces', async () => {
    let asked = 0
    const nameserverPort = await listen((socket) => {
      asked += 1
      const answer = frame(asked < 3 ? nobody : listed)
      socket.write(answer.subarray(0, 7))
      setImmediate(() => socket.write(answer.subarray(7)))
    })
    await untilRegistered({ ...broker, nameserverPort })
    expect(asked).toBe(3)
  })

  it('outlives a nameserver that closes the connection without an answer', async () => {
    let asked = 0
    const nameserverPort = await listen((socket) => {
      asked += 1
      if (asked === 1) socket.destroy()
      else socket.write(frame(listed))
    })
    await untilRegistered({ ...broker, nameserverPort })
    expect(asked).toBe(2)
  })

  it('says whom the nameserver does not list when the time is over', async () => {
    const nameserverPort = await listen((socket) => socket.write(frame(listed)))
    const error: unknown = await untilRegistered({ ...broker, nameserverPort, brokerPort: 1, timeoutMs: 1 }).catch((reason) => reason)
    expect(error).toBeInstanceOf(StartError)
    expect(error).toMatchObject({
      facts: { role: 'broker', image: 'mine' },
      message: expect.stringContaining('does not list 127.0.0.1:1 ')
    })
  })
})

function frame(body: string): Buffer {
  const lengths = Buffer.alloc(8)
  lengths.writeUInt32BE(4 + header.length + body.length, 0)
  lengths.writeUInt32BE(header.length, 4)
  return Buffer.concat([lengths, Buffer.from(header + body)])
}

/** A nameserver that answers each first bytes of a connection. */
async function listen(answer: (socket: Socket) => void): Promise<number> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).once('data', () => answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return (server.address() as AddressInfo).port
}
