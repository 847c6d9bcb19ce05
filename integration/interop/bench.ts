import { afterAll, beforeAll } from '@jest/globals'
import { type Client, connect } from '@rocketmq-ts/client'
import type { SerializeType } from '@rocketmq-ts/remoting/wire'
import { type Server, startServer } from '@rocketmq-ts/server'
import { describeWithJava } from '../official/java/java-programs'
import { JavaClient } from './java-client'

/** The releases whose clients must take us for the real thing. */
export const clientVersions = ['4.9.7', '5.5.0'] as const

/** Our servers on real sockets, a client of ours, and an official client in a JVM of its own. */
export interface Bench {
  readonly server: Server
  readonly ours: Client
  readonly java: JavaClient
  /** A name that no other test uses. */
  name(kind: string): string
  /** A new topic with so many queues. */
  topic(queues?: number): Promise<string>
  /** One more JVM with the same official client. */
  another(): JavaClient
}

/** Long for every step on a loaded machine; a JVM starts in it too. */
export const stepMs = 120_000

/**
 * One group of tests per official client, and per encoding in which it writes its headers, with a bench that is opened before the first and
 * closed after the last.
 */
export function describeWithClients(
  title: string,
  define: (bench: () => Bench) => void,
  encodings: readonly SerializeType[] = ['JSON']
): void {
  for (const version of clientVersions) for (const encoding of encodings) describeWithClient({ version, encoding }, title, define)
}

/** An official client: its release, and the encoding in which it writes its headers. */
interface Flavour {
  readonly version: string
  readonly encoding: SerializeType
}

function describeWithClient(flavour: Flavour, title: string, define: (bench: () => Bench) => void): void {
  describeWithJava(flavour.version)(`${title}, with the official client ${flavour.version} and headers in ${flavour.encoding}`, () => {
    let opened: OpenBench | undefined
    beforeAll(async () => {
      opened = await OpenBench.open(flavour)
    }, stepMs)
    afterAll(() => opened?.close(), stepMs)
    define(() => {
      if (opened === undefined) throw new Error('the bench is not open')
      return opened
    })
  })
}

class OpenBench implements Bench {
  readonly server: Server
  readonly ours: Client
  readonly java: JavaClient
  readonly #flavour: Flavour
  readonly #jvms: JavaClient[] = []
  #names = 0

  static async open(flavour: Flavour): Promise<OpenBench> {
    // Level 3 is what a first retry waits unless it says otherwise.
    const server = await startServer({ nameserverPort: 0, brokerPort: 0, delayLevels: '1s 2s 1s 1s 1s' })
    return new OpenBench(flavour, server, await connect({ nameservers: server.nameserverAddress }))
  }

  private constructor(flavour: Flavour, server: Server, ours: Client) {
    this.server = server
    this.ours = ours
    this.#flavour = flavour
    this.java = this.another()
  }

  name(kind: string): string {
    this.#names += 1
    return `${kind}-${this.#names}`
  }

  async topic(queues = 4): Promise<string> {
    const topic = this.name('topic')
    await this.server.createTopic(topic, { queues })
    return topic
  }

  another(): JavaClient {
    const { version, encoding } = this.#flavour
    const jvm = new JavaClient(version, this.server.nameserverAddress, encoding)
    this.#jvms.push(jvm)
    return jvm
  }

  async close(): Promise<void> {
    await this.ours.close({ timeoutMs: 10_000 })
    await Promise.all(this.#jvms.map((jvm) => jvm.close()))
    await this.server.close()
  }
}
