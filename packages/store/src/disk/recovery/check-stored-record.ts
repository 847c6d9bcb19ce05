import { type RecordCrcRule, type RecordFault, StoredRecord } from './stored-record'

export type { RecordCrcRule }

/** What is wrong with bytes that should be a record. */
export type RecordProblem = (typeof PROBLEMS)[keyof typeof PROBLEMS]

/**
 * Whether the record that begins at `start` is as it was written: its magic, its lengths, its own place in the log, the checksum of its body or,
 * as the rule says, that over all of it. Never throws.
 */
export function checkStoredRecord(
  bytes: Buffer,
  start: number,
  end: number,
  physicalOffset: number,
  crc: RecordCrcRule = 'optional'
): { readonly size: number } | { readonly problem: RecordProblem } {
  const found = new StoredRecord().check(bytes, start, end, physicalOffset, crc)
  return found > 0 ? { size: found } : { problem: PROBLEMS[found as Fault] }
}

type Fault = (typeof RecordFault)[keyof typeof RecordFault]

const PROBLEMS = {
  [-1]: 'cut short',
  [-2]: 'no record',
  [-3]: 'its lengths contradict each other',
  [-4]: 'it is of another place in the log',
  [-5]: 'its body checksum is wrong',
  [-6]: 'its checksum is wrong',
  [-7]: 'its checksum is missing'
} as const satisfies Readonly<Record<Fault, string>>
