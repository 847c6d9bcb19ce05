import {
  MAX_PROPERTIES_BYTES,
  ProtocolError,
  type RecordPlace,
  recordSize,
  sealedRecordSize,
  writeRecord,
  writeSealedRecord
} from '@rocketmq-ts/remoting/wire'
import type { AppendRequest } from '../../message-store'
import { StoreError } from '../../store-error'

/** How records are stored: with a checksum over all of each, or without. */
export class RecordForm {
  readonly #measure: typeof recordSize
  readonly #write: typeof writeRecord

  constructor({ recordCrc }: { readonly recordCrc: boolean }) {
    this.#measure = recordCrc ? sealedRecordSize : recordSize
    this.#write = recordCrc ? writeSealedRecord : writeRecord
  }

  /** Size of a record as it will be stored, bytes. @throws StoreError `PROPERTIES_TOO_LARGE`: the checksum takes room too. */
  measure(request: AppendRequest): number {
    try {
      return this.#measure(request)
    } catch (error) {
      if (error instanceof ProtocolError && error.facts['field'] === 'properties') throw tooManyProperties(error)
      throw error
    }
  }

  /** Writes a record of `size` bytes, as measured. */
  write(target: Buffer, at: number, request: AppendRequest, place: RecordPlace, size: number): void {
    this.#write(target, at, request, place, size)
  }
}

function tooManyProperties({ facts }: ProtocolError): StoreError {
  const { bytes } = facts
  const message = `the properties have ${bytes} bytes with the checksum of the record, at most ${MAX_PROPERTIES_BYTES} are stored`
  return new StoreError('PROPERTIES_TOO_LARGE', message, { bytes, maxBytes: MAX_PROPERTIES_BYTES })
}
