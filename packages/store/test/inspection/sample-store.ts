import { encodeProperties, tagsCode } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import {
  type Appended,
  type AppendRequest,
  DiskMessageStore,
  type DiskMessageStoreOptions,
  SimulatedStoreFiles,
  type StoreFiles
} from '../../src'
import { settled } from '../disk/support/settled'
import { SMALL_FILES } from '../disk/support/small-files'

export const START = 1_700_000_000_000

/** What is sent; the rest does not matter here. */
export type Sent = Partial<Omit<AppendRequest, 'properties'>> & { readonly properties?: Readonly<Record<string, string>> }

/** A store that is written by our own store, to be looked at. */
export class SampleStore {
  files: StoreFiles
  readonly directory: string
  readonly clock = new ManualClock({ startAt: START })
  readonly sent: Appended[] = []
  readonly #options: Partial<DiskMessageStoreOptions>
  #store: DiskMessageStore | undefined

  constructor(options: Partial<DiskMessageStoreOptions> = {}, files: StoreFiles = new SimulatedStoreFiles(), directory = '/store') {
    this.files = files
    this.directory = directory
    this.#options = options
  }

  /** While it is open. */
  get store(): DiskMessageStore {
    if (this.#store === undefined) throw new Error('the store is closed')
    return this.#store
  }

  async open(): Promise<DiskMessageStore> {
    const { files, clock, directory } = this
    const store = new DiskMessageStore({ ...SMALL_FILES, directory, files, clock, ...this.#options })
    await this.#settled(store.start())
    this.#store = store
    return store
  }

  /** Appends and commits, a second later each. */
  async send(...messages: readonly Sent[]): Promise<Appended[]> {
    const store = this.#store ?? (await this.open())
    const appended: Appended[] = []
    for (const message of messages) {
      appended.push(store.append(requestOf(message)))
      store.commit()
      await this.clock.advance(1000)
    }
    this.sent.push(...appended)
    return appended
  }

  async document(name: string, text: string): Promise<void> {
    const store = this.#store ?? (await this.open())
    await this.#settled(store.documents.write(name, text))
  }

  async close(): Promise<void> {
    if (this.#store !== undefined) await this.#settled(this.#store.close())
    this.#store = undefined
  }

  /** A real disk takes its own time, which the clock knows nothing of. */
  #settled<T>(promise: Promise<T>): Promise<T> {
    return this.files instanceof SimulatedStoreFiles ? settled(promise, this.clock) : promise
  }

  /** Turns bytes of a file. */
  damage(path: string, position: number, length = 1): void {
    const file = this.files.open(`${this.directory}/${path}`, 'write')
    const bytes = Buffer.alloc(length)
    file.readNow(bytes, position)
    file.writeNow(
      bytes.map((byte) => byte ^ 0x40),
      position
    )
    file.close()
  }
}

export function requestOf({ properties = {}, ...message }: Sent): AppendRequest {
  return {
    ...{ topic: 'orders', queueId: 0, flag: 0, sysFlag: 0, bornTimestamp: START - 1, bornHost: { host: '10.1.2.3', port: 40_000 } },
    ...{ storeHost: { host: '127.0.0.1', port: 10_911 }, reconsumeTimes: 0, preparedTransactionOffset: 0 },
    tagsCode: tagsCode(properties['TAGS']),
    body: Buffer.from('body'),
    ...message,
    properties: encodeProperties(Object.entries(properties))
  }
}

/** The contents of every file, to be compared. */
export function contentsOf(files: SimulatedStoreFiles): Record<string, string> {
  return Object.fromEntries(
    files.paths.map((path) => {
      const file = files.open(path, 'read')
      const bytes = Buffer.alloc(file.size())
      file.readNow(bytes, 0)
      file.close()
      return [path, bytes.toString('base64')]
    })
  )
}
