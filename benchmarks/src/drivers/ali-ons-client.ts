import { createRequire } from 'node:module'
import { loadIn, number, runLoad, word } from './load'
import { refuse, serveCommands } from './serve-commands'

/** What is used of ali-ons, which has no types. */
interface AliOns {
  readonly Producer: new (
    options: object
  ) => { ready(): Promise<void>; send(message: object): Promise<unknown>; on(event: string, listener: () => void): void }
  readonly Message: new (topic: string, tags: string, body: Buffer) => object
}

/** It insists on one, and never uses it when it knows the nameserver. */
const httpclient = { request: () => Promise.reject(new Error('no HTTP here')) }
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** The ali-ons client with one producer. Arguments: the nameserver's address. */
async function main(nameserver: string): Promise<void> {
  const { Producer, Message } = createRequire(__filename)('ali-ons') as AliOns
  const producer = new Producer({ producerGroup: 'bench-producers', nameSrv: nameserver, httpclient, logger: silent })
  producer.on('error', () => {})
  await producer.ready()
  serveCommands(
    {},
    {
      send: (values) => {
        const [topic, body] = [word(values, 'topic'), Buffer.alloc(number(values, 'bytes'), 'x')]
        return runLoad(loadIn(values), () => producer.send(new Message(topic, '', body)))
      }
    }
  )
}

main(process.argv[2] ?? '').catch(refuse)
