import { encodeProperties, recordSize, writeRecord } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { resolveDiskOptions } from '../../../src/disk/disk-options'
import { IndexFiles } from '../../../src/disk/index-files/index-files'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { keyText } from '../../../src/query/key-hashes'

export const EVER = { beginMs: 0, endMs: Number.MAX_SAFE_INTEGER }

/** A record as the index sees it. */
export interface Keyed {
  readonly at: number
  readonly time: number
  readonly topic?: string
  readonly sysFlag?: number
  readonly properties: Readonly<Record<string, string>>
}

export function recordOf({ at, time, topic = 'T', sysFlag = 0, properties }: Keyed): Buffer {
  const content = {
    ...{ topic, queueId: 0, flag: 0, sysFlag, bornTimestamp: 1, reconsumeTimes: 0, preparedTransactionOffset: 0 },
    ...{ bornHost: { host: '10.1.2.3', port: 1 }, storeHost: { host: '10.1.2.4', port: 2 }, body: Buffer.from('KEYS\u0001no\u0002') },
    properties: encodeProperties(Object.entries(properties))
  }
  const size = recordSize(content)
  const bytes = Buffer.alloc(size)
  writeRecord(bytes, 0, content, { physicalOffset: at, queueOffset: 0, storeTimestamp: time }, size)
  return bytes
}

/** Index files on a simulated disk: 7 slots and 10 entries, unless told. */
export class IndexBench {
  readonly files: SimulatedStoreFiles
  readonly clock: ManualClock
  index: IndexFiles
  readonly #size: { readonly indexSlots: number; readonly indexEntries: number }

  constructor(files = new SimulatedStoreFiles(), size = { indexSlots: 7, indexEntries: 10 }, startAt = 1_704_164_645_006) {
    this.files = files
    this.clock = new ManualClock({ startAt })
    this.#size = size
    this.index = this.#load()
  }

  get paths(): readonly string[] {
    return this.files.paths.filter((path) => path.startsWith('/store/index/'))
  }

  add(...records: readonly Keyed[]): void {
    for (const record of records) this.index.add(recordOf(record), record.at)
  }

  /** As a later run of the store would find it. */
  reload(): void {
    this.index = this.#load()
  }

  async offsets(key: string, change: { beginMs?: number; endMs?: number; maxCount?: number; indexType?: 'T' } = {}): Promise<number[]> {
    const { indexType, ...range } = change
    const text = keyText({ topic: 'T', key, ...(indexType !== undefined && { indexType }) })
    const answer = await this.index.find({ keyText: text, maxCount: 64, ...EVER, ...range })
    return [...answer.physicalOffsets]
  }

  #load(): IndexFiles {
    return IndexFiles.load(resolveDiskOptions({ directory: '/store', files: this.files, clock: this.clock, ...this.#size }))
  }
}
