import { ProtocolError } from 'net-ts-protocol-kit'
import type { ResolvedCommandLimits } from './limits'

/**
 * Where the ext fields of one header lie in its frame.
 *
 * There is one, filled by every decode, so that a frame costs no array of its own: a header is normally read right after its frame. A command
 * remembers the `stamp` of its filling; when another frame came in between, its header is scanned again.
 */
export class FieldIndex {
  /** Changes with every filling. */
  stamp = 0
  count = 0
  /** Four numbers per field: start and end of its name, start and end of its value. The end is complemented (`~`) for a value with escapes. */
  spans = new Int32Array(4 * 256)
  #longValueBytes = 0

  clear(): void {
    this.stamp = (this.stamp + 1) | 0
    this.count = 0
    this.#longValueBytes = 0
  }

  /** Room for one more field. */
  grow(): Int32Array<ArrayBuffer> {
    const spans = new Int32Array(this.spans.length * 2)
    spans.set(this.spans)
    this.spans = spans
    return spans
  }

  /** Throws a `ProtocolError` when a field is over a limit; called only for those that are large in some way. */
  checkLarge(frame: Buffer, keyStart: number, keyEnd: number, valueStart: number, valueEnd: number, limits: ResolvedCommandLimits): void {
    if (keyEnd - keyStart > limits.maxKeyBytes) tooLong('name', keyStart)
    if (valueEnd - valueStart <= limits.maxValueBytes) return
    const key = frame.toString('latin1', keyStart, keyEnd)
    if (valueEnd - valueStart > valueLimit(key, limits)) tooLong('value', valueStart)
    this.#longValueBytes = valueEnd - valueStart
  }

  /** One long value may be longer than everything else together. */
  checkTotal(headerBytes: number, limits: ResolvedCommandLimits): void {
    if (this.count > limits.maxFields) throw new ProtocolError('header has too many ext fields', { limit: limits.maxFields })
    if (headerBytes - this.#longValueBytes > limits.maxHeaderBytes) {
      throw new ProtocolError('header is too long', { headerBytes, limit: limits.maxHeaderBytes })
    }
  }
}

/** How long a field's value may be. Longer than others: the properties of a message, in either form of the send header, and the ids of a batch. */
export function valueLimit(key: string, limits: ResolvedCommandLimits): number {
  if (key === 'i' || key === 'properties') return limits.maxPropertiesBytes
  return key === 'msgId' ? limits.maxBatchIdsBytes : limits.maxValueBytes
}

function tooLong(part: string, offset: number): never {
  throw new ProtocolError(`an ext field's ${part} is too long`, { offset })
}

/** The one index; see {@link FieldIndex}. */
export const fieldIndex = new FieldIndex()
