import { CodedError, ProtocolError } from 'net-ts-protocol-kit'
import { decodeRecord, type MessageRecord } from './message-record'
import { isInnerBatch } from './sys-flags'
import { unwrapRecord } from './unwrap-record'

/** What could be read of an answer's body. */
export interface DecodedRecords {
  readonly records: MessageRecord[]
  /**
   * Why reading stopped before the end. `facts.recordOffset` is where in the buffer the broken record starts,
   * `facts.field` what is wrong with it.
   */
  readonly error?: ProtocolError
}

/**
 * The records of a pull answer, one after another, as views on its body. Stops at the first broken one and keeps those
 * before it, as Java does (read in common/…/message/MessageDecoder.java, `decodes`), but says so. Records that hold a
 * batch are taken apart (read in client/…/consumer/PullAPIWrapper.java).
 */
export function decodeRecords(buffer: Buffer): DecodedRecords {
  const records: MessageRecord[] = []
  let at = 0
  try {
    while (at < buffer.length) {
      const record = decodeRecord(buffer, at)
      if (isInnerBatch(record.sysFlag)) records.push(...unwrapRecord(record))
      else records.push(record)
      at += record.size
    }
  } catch (cause) {
    return { records, error: stopped(at, cause) }
  }
  return { records }
}

function stopped(recordOffset: number, cause: unknown): ProtocolError {
  if (!(cause instanceof CodedError)) throw cause
  return new ProtocolError(cause.message, { ...cause.facts, recordOffset }, cause)
}
