import { createConnection } from 'node:net'

/**
 * One GET_BROKER_CLUSTER_INFO (106), byte for byte, so that nothing of ours but this stands between a test and the official nameserver:
 * 99 bytes follow; the header's encoding is JSON (0) and its length 95; the header; no body.
 */
export const getBrokerClusterInfo = Buffer.concat([
  Buffer.from([0, 0, 0, 99, 0, 0, 0, 95]),
  Buffer.from('{"code":106,"flag":0,"language":"JAVA","opaque":7,"serializeTypeCurrentRPC":"JSON","version":0}')
])

/** An answer frame taken apart. */
export interface Answer {
  readonly header: Readonly<Record<string, unknown>>
  readonly body: string
}

/** Sends the bytes over a plain socket and resolves with the first whole frame that comes back. */
export function ask(address: string, request: Buffer): Promise<Answer> {
  const [host = '', port = ''] = address.split(':')
  return new Promise((resolve, reject) => {
    const socket = createConnection({ host, port: Number(port), timeout: 10_000 })
    let received = Buffer.alloc(0)
    socket.on('error', reject).on('timeout', () => socket.destroy(new Error(`no answer from ${address}`)))
    socket.on('connect', () => socket.write(request))
    socket.on('close', () => reject(new Error(`${address} closed the connection`)))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readUInt32BE(0)) return
      resolve(takeApart(received))
      socket.destroy()
    })
  })
}

function takeApart(frame: Buffer): Answer {
  const headerEnd = 8 + (frame.readUInt32BE(4) & 0xff_ffff)
  const header = JSON.parse(frame.toString('utf8', 8, headerEnd)) as Answer['header']
  return { header, body: frame.toString('utf8', headerEnd, 4 + frame.readUInt32BE(0)) }
}
