import { decodeRecord, encodeProperties } from '@rocketmq-ts/remoting/wire'
import { ManualClock } from 'net-ts-protocol-kit'
import { CommitLog } from '../../../src/disk/commit-log/commit-log'
import { type DiskMessageStoreOptions, resolveDiskOptions } from '../../../src/disk/disk-options'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import type { AppendRequest } from '../../../src/message-store'

export const ROOT = '/store'
const broker = { host: '127.0.0.1', port: 10911 }

export function request(body: Buffer | string, more: Partial<AppendRequest> = {}): AppendRequest {
  return {
    ...{ topic: 'orders', queueId: 1, flag: 0, sysFlag: 0, bornTimestamp: 1, bornHost: broker, storeHost: broker },
    ...{ reconsumeTimes: 0, preparedTransactionOffset: 0, tagsCode: 0 },
    body: Buffer.from(body),
    properties: encodeProperties([['KEYS', 'o-1']]),
    ...more
  }
}

/** A commit log of small files on a simulated disk. */
export class TestLog {
  readonly files: SimulatedStoreFiles
  readonly clock = new ManualClock()
  readonly log: CommitLog
  readonly warnings: string[] = []

  constructor(options: Partial<DiskMessageStoreOptions> = {}, files = new SimulatedStoreFiles()) {
    this.files = files
    // The store's directory is there, and durable.
    files.put(`${ROOT}/lock`, Buffer.alloc(0))
    const logger = { debug: () => {}, info: () => {}, warn: (message: string) => void this.warnings.push(message), error: () => {} }
    const small = { commitLogFileBytes: 16384, zeroAheadBytes: 4096, tailBytes: 65536, readCacheBytes: 65536 }
    this.log = CommitLog.load(resolveDiskOptions({ ...small, directory: ROOT, files, clock: this.clock, logger, ...options }))
  }

  static async started(options: Partial<DiskMessageStoreOptions> = {}, files?: SimulatedStoreFiles): Promise<TestLog> {
    const test = new TestLog(options, files)
    await test.log.startAppending(0)
    return test
  }

  /** Stages a record with that body. Returns its offset. */
  stage(body: Buffer | string, more?: Partial<AppendRequest>): number {
    const made = request(body, more)
    return this.log.append(made, this.log.measure(made), 0, 1_700_000_000_000)
  }

  /** Stages and writes one record after the other, as turns of their own. Returns their offsets. */
  async writeAll(bodies: readonly (Buffer | string)[]): Promise<number[]> {
    const offsets: number[] = []
    for (const body of bodies) {
      offsets.push(this.stage(body))
      this.log.write()
      await this.turn()
    }
    return offsets
  }

  /** Lets what was begun off the event loop go on. */
  async turn(): Promise<void> {
    for (let i = 0; i < 200; i++) await Promise.resolve()
  }

  /** The bytes of the log, all files one after another. */
  get bytes(): Buffer {
    return Buffer.concat(this.log.files.map(({ path }) => this.files.bytesOf(path)))
  }

  async bodyAt(physicalOffset: number): Promise<string> {
    const size = (await this.log.read(physicalOffset, 4)).readInt32BE(0)
    return decodeRecord(await this.log.read(physicalOffset, size)).body.toString()
  }
}
