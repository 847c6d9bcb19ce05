import { type RecordContent, recordSize, sealRecord, withRecordCrc, writeRecord } from '@rocketmq-ts/remoting/wire'
import { SimulatedStoreFiles } from '../../../src/files/simulated-store-files'
import { writeFully } from '../../../src/files/write-fully'

/** What a sample record is made of; the rest does not matter here. */
export interface SampleRecord {
  readonly topic?: string
  readonly queueId?: number
  readonly queueOffset?: number
  readonly body?: Buffer
  readonly properties?: Buffer
  readonly storeTimestamp?: number
  readonly sysFlag?: number
  readonly host?: string
}

/** A commit log made by hand, so that tests know every byte of it: files of `fileBytes`, blank records between them. */
export class SampleLog {
  readonly fileBytes: number
  readonly #crc: boolean
  bytes: Buffer
  end = 0
  readonly starts: number[] = []

  constructor({ fileBytes = 64 * 1024, crc = true, files = 4 }: { fileBytes?: number; crc?: boolean; files?: number } = {}) {
    this.fileBytes = fileBytes
    this.#crc = crc
    this.bytes = Buffer.alloc(fileBytes * files)
  }

  /** Writes a record, behind a blank one where it does not fit its file. Returns its offset. */
  add(record: SampleRecord = {}, crc = this.#crc): number {
    const content = crc ? withRecordCrc(contentOf(record)) : contentOf(record)
    const size = recordSize(content)
    const left = this.fileBytes - (this.end % this.fileBytes)
    if (size + 8 > left) this.blank(left)
    const at = this.end
    writeSample(this.bytes, at, content, record, at)
    if (crc) sealRecord(this.bytes, at, size)
    this.starts.push(at)
    this.end += size
    return at
  }

  blank(left = this.fileBytes - (this.end % this.fileBytes)): void {
    this.bytes.writeInt32BE(left, this.end)
    this.bytes.writeInt32BE(-875286124, this.end + 4)
    this.end += left
  }

  sizeAt(offset: number): number {
    return this.bytes.readInt32BE(offset)
  }

  /** The files, in a directory of a simulated disk. */
  write(files = new SimulatedStoreFiles(), directory = '/store'): SimulatedStoreFiles {
    files.makeDirectory(`${directory}/commitlog`)
    for (const file of this.files(directory)) {
      const open = files.open(file.path, 'create')
      writeFully(open, this.bytes.subarray(file.start, file.end), 0)
      open.close()
    }
    return files
  }

  files(directory = '/store'): { path: string; start: number; end: number }[] {
    const count = Math.max(1, Math.ceil(this.end / this.fileBytes))
    return Array.from({ length: count }, (_, index) => {
      const start = index * this.fileBytes
      return { path: `${directory}/commitlog/${String(start).padStart(20, '0')}`, start, end: start + this.fileBytes }
    })
  }
}

/** The bytes of a record that says it is at `physicalOffset`. */
export function recordBytes(record: SampleRecord, physicalOffset: number): Buffer {
  const content = contentOf(record)
  const bytes = Buffer.alloc(recordSize(content))
  writeSample(bytes, 0, content, record, physicalOffset)
  return bytes
}

function writeSample(target: Buffer, at: number, content: RecordContent, record: SampleRecord, physicalOffset: number): void {
  writeRecord(target, at, content, {
    queueOffset: record.queueOffset ?? 0,
    physicalOffset,
    storeTimestamp: record.storeTimestamp ?? 1_700_000_000_000
  })
}

function contentOf(record: SampleRecord): RecordContent {
  return {
    topic: record.topic ?? 'orders',
    queueId: record.queueId ?? 0,
    flag: 0,
    sysFlag: record.sysFlag ?? 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: { host: record.host ?? '127.0.0.1', port: 1000 },
    storeHost: { host: record.host ?? '127.0.0.1', port: 10911 },
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: record.body ?? Buffer.from('hello'),
    properties: record.properties ?? Buffer.alloc(0)
  }
}
