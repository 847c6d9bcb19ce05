import { createConnection } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { StartError } from './errors'

const pollMs = 100
const answerMs = 5_000
const maxAnswerBytes = 1 << 20

/** The broker that is awaited, and by whom it shall be listed. */
export interface Registration {
  readonly ip: string
  readonly nameserverPort: number
  readonly brokerPort: number
  /** The image, for the error. */
  readonly image: string
  readonly timeoutMs: number
}

/**
 * Resolves when the nameserver lists the broker, rejects with {@link StartError} when it does not in time. A broker says that it has
 * started even when it could not reach its nameserver, and then tries again only every 30 s; read in broker/…/BrokerController.java of
 * both releases.
 */
export async function untilRegistered({ ip, nameserverPort, brokerPort, image, timeoutMs }: Registration): Promise<void> {
  const deadline = performance.now() + timeoutMs
  const address = `${ip}:${brokerPort}`
  while (!(await clusterInfo(ip, nameserverPort)).includes(`"${address}"`)) {
    if (performance.now() > deadline) {
      throw new StartError('broker', image, [], new Error(`the nameserver does not list ${address} after ${timeoutMs} ms`))
    }
    await delay(pollMs)
  }
}

/** The nameserver's answer to GET_BROKER_CLUSTER_INFO (106) as text, empty when there is none. */
function clusterInfo(host: string, port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: answerMs })
    let answer = Buffer.alloc(0)
    const settle = () => {
      socket.destroy()
      resolve(answer.toString('latin1'))
    }
    socket.on('error', settle).on('timeout', settle).on('close', settle)
    socket.on('connect', () => socket.write(request()))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      if (isWhole(answer) || answer.length > maxAnswerBytes) settle()
    })
  })
}

function isWhole(frame: Buffer): boolean {
  return frame.length >= 4 && frame.length >= 4 + frame.readUInt32BE(0)
}

/** Length of the rest, length of the JSON header (the first byte names the header's encoding, 0 = JSON), the header; no body. */
function request(): Buffer {
  const header = Buffer.from('{"code":106,"flag":0,"language":"OTHER","opaque":1,"serializeTypeCurrentRPC":"JSON","version":0}')
  const frame = Buffer.alloc(8 + header.length)
  frame.writeUInt32BE(4 + header.length, 0)
  frame.writeUInt32BE(header.length, 4)
  header.copy(frame, 8)
  return frame
}
