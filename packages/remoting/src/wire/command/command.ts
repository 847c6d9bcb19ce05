import type { LanguageName } from '../generated/peers'
import type { HeaderTable } from '../header/header-table'

/** How a header is written. Every frame says it of itself, and every peer reads both. */
export type SerializeType = 'JSON' | 'ROCKETMQ'

/** Bits of a command's `flag`. */
export const CommandFlag = {
  /** It answers the request with the same opaque. */
  RESPONSE: 1,
  /** The receiver must not answer. */
  ONEWAY: 2
} as const

/** Codes above this do not fit the binary header and are written as JSON. */
export const MAX_BINARY_CODE = 0x7fff

interface CommandHead {
  /** Request code, or response code of an answer. */
  readonly code: number
  /** The sender's language: a name, or the number where it has none. Unknown ones stay as they came. */
  readonly language: LanguageName | (string & Readonly<Record<never, never>>) | number
  /** The sender's version ordinal, see `ReleaseVersion`. */
  readonly version: number
  /** Numbers requests of one direction of a connection; an answer carries that of its request. An int32. */
  readonly opaque: number
  readonly flag: number
  /** In the binary form an empty one is the same as none. */
  readonly remark?: string | undefined
  readonly serializeType: SerializeType
}

/** A command as it was received. */
export interface RemotingCommand extends CommandHead {
  readonly remark: string | undefined
  /** Ext fields in the order of the wire, read when first asked for. `undefined`: the header has no map of them. */
  readonly fields: ReadonlyMap<string, string> | undefined
  /** A view into the frame; empty when there is none. */
  readonly body: Buffer
  readonly isResponse: boolean
  readonly isOneway: boolean
}

/** A command to write: a typed header with its table, further ext fields (a signature, say), or both. A received one can be written as it is. */
export interface OutgoingCommand extends CommandHead {
  /** The table of `header`. */
  readonly table?: HeaderTable | undefined
  readonly header?: object | undefined
  /** Written behind the header's own fields. */
  readonly fields?: ReadonlyMap<string, string> | undefined
  readonly body?: Buffer | undefined
}

/** What a header may cost its reader. */
export interface CommandLimits {
  /** Bytes of a header, the properties of a message and the ids of a batch apart. Default 64 KiB. */
  readonly maxHeaderBytes?: number
  /** Number of ext fields. Default 256. */
  readonly maxFields?: number
  /** Bytes of an ext field's name. Default 255. */
  readonly maxKeyBytes?: number
  /** Bytes of an ext field's value as sent. Default 32 KiB. */
  readonly maxValueBytes?: number
  /** Bytes of the properties of a message as sent: 32,767 of them may need six each in JSON. Default 256 KiB. */
  readonly maxPropertiesBytes?: number
  /** Bytes of the ids in the answer to a batch: 33 for each message. Default 1 MiB. */
  readonly maxBatchIdsBytes?: number
}
