/** Where a queue ended when the store was closed. */
export interface QueueEnd {
  readonly topic: string
  readonly queueId: number
  readonly maxOffset: number
  readonly lastRecordEnd: number
}

/** A stretch of the log in which every record was written with a checksum over all of it: `[from, to)`. */
export type SealedRange = readonly [from: number, to: number]

/** What a store of ours remembers of itself beside the official files, as `rocketmq-ts/state.json`. Offsets are log offsets. */
export interface StateText {
  readonly version: 1
  /** `closed`: the store was left in order and everything below fits its files. `open`: it was in use since. */
  readonly session: 'open' | 'closed'
  /** Ties `progress.json` to it. */
  readonly sessionId: string
  /** Where the log ended when this was written. */
  readonly end: number
  /** Where the first and the last file of the log began; −1 without files. */
  readonly firstFile: number
  readonly lastFile: number
  /** When the official file `lock` was changed last, wall clock milliseconds; −1: not known. Official brokers write it at every start. */
  readonly lockModifiedAt: number
  /** As `IndexFiles.endPhysicalOffset` told. */
  readonly indexEnd: number
  readonly queues: readonly QueueEnd[]
  readonly sealed: readonly SealedRange[]
  /** From where on the records of an open session carry a checksum over all of them; −1 when they do not. */
  readonly sealedFrom: number
  /** Topics that were deleted, and where the log ended then: records before it are no longer theirs. */
  readonly deletedTopics: ReadonlyMap<string, number>
}

/** How far an open store has got: everything before `dispatched` is durable, in its queue, and in the index. */
export interface Progress {
  readonly sessionId: string
  readonly dispatched: number
  readonly indexEnd: number
}

export function writeState(state: StateText): string {
  const { queues, deletedTopics } = state
  const rows = queues.map(({ topic, queueId, maxOffset, lastRecordEnd }) => [topic, queueId, maxOffset, lastRecordEnd])
  return JSON.stringify({ ...state, queues: rows, deletedTopics: [...deletedTopics] })
}

/** `undefined` when it is not what `writeState` wrote: whatever it says can be found out from the log. */
export function readState(text: string): StateText | undefined {
  const found = parsed(text)
  const { version, session, sessionId, end, firstFile, lastFile, lockModifiedAt, indexEnd, queues, sealed, sealedFrom, deletedTopics } =
    found ?? {}
  if (version !== 1 || (session !== 'open' && session !== 'closed')) return undefined
  if (typeof sessionId !== 'string' || ![end, firstFile, lastFile, indexEnd].every(isWhole)) return undefined
  if (
    !isRows<QueueRow>(queues, isQueueRow) ||
    !isRows<SealedRange>(sealed, isRangeRow) ||
    !isRows<readonly [string, number]>(deletedTopics, isTopicRow)
  )
    return undefined
  return {
    ...{ version: 1, session, sessionId },
    ...{ end: end as number, firstFile: firstFile as number, lastFile: lastFile as number, indexEnd: indexEnd as number },
    lockModifiedAt: typeof lockModifiedAt === 'number' ? lockModifiedAt : -1,
    queues: queues.map(([topic, queueId, maxOffset, lastRecordEnd]) => ({ topic, queueId, maxOffset, lastRecordEnd })),
    sealed,
    sealedFrom: isWhole(sealedFrom) ? (sealedFrom as number) : -1,
    deletedTopics: new Map(deletedTopics)
  }
}

/** `undefined` when it is broken, as after a crash in the middle of its write. */
export function readProgress(text: string): Progress | undefined {
  const { sessionId, dispatched, indexEnd } = parsed(text) ?? {}
  if (typeof sessionId !== 'string' || ![dispatched, indexEnd].every(isWhole)) return undefined
  return { sessionId, dispatched: dispatched as number, indexEnd: indexEnd as number }
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

function isRows<Row>(value: unknown, isRow: (row: readonly unknown[]) => boolean): value is readonly Row[] {
  return Array.isArray(value) && value.every((row) => Array.isArray(row) && isRow(row))
}

type QueueRow = readonly [topic: string, queueId: number, maxOffset: number, lastRecordEnd: number]
const isQueueRow = ([topic, ...numbers]: readonly unknown[]) => typeof topic === 'string' && numbers.length === 3 && numbers.every(isWhole)
const isRangeRow = (row: readonly unknown[]) => row.length === 2 && row.every(isWhole)
const isTopicRow = ([topic, offset]: readonly unknown[]) => typeof topic === 'string' && isWhole(offset)

function isWhole(value: unknown): boolean {
  return Number.isSafeInteger(value)
}
