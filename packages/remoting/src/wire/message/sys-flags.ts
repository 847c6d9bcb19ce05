/** Bits of a message's system flag (read in common/…/sysflag/MessageSysFlag.java). */
export const MessageSysFlag = {
  COMPRESSED: 0x1,
  MULTI_TAGS: 0x2,
  /** Two bits: one of the `TRANSACTION_*` values. */
  TRANSACTION_MASK: 0xc,
  TRANSACTION_NOT: 0,
  TRANSACTION_PREPARED: 0x4,
  TRANSACTION_COMMIT: 0x8,
  TRANSACTION_ROLLBACK: 0xc,
  BORN_HOST_V6: 0x10,
  STORE_HOST_V6: 0x20,
  NEED_UNWRAP: 0x40,
  INNER_BATCH: 0x80,
  /** Three bits: one of the `COMPRESSION_*` values; 0 means zlib too. */
  COMPRESSION_MASK: 0x700,
  COMPRESSION_LZ4: 0x100,
  COMPRESSION_ZSTD: 0x200,
  COMPRESSION_ZLIB: 0x300
} as const

/** Bits of a pull request's system flag (read in common/…/sysflag/PullSysFlag.java). */
export const PullSysFlag = {
  /** `commitOffset` of the request is valid and to be committed. */
  COMMIT_OFFSET: 0x1,
  /** The broker may hold the request. */
  SUSPEND: 0x2,
  /** The subscription is in the header. */
  SUBSCRIPTION: 0x4,
  CLASS_FILTER: 0x8,
  LITE_PULL_MESSAGE: 0x10
} as const

/** Bits of a topic's or broker's permission (read in common/…/constant/PermName.java). */
export const Perm = {
  PRIORITY: 0x8,
  READ: 0x4,
  WRITE: 0x2,
  INHERIT: 0x1
} as const

/** Whether any of the bits of `mask` is set. */
export function hasFlag(flags: number, mask: number): boolean {
  return (flags & mask) !== 0
}

/** The transaction bits of a system flag: one of `MessageSysFlag.TRANSACTION_*`. */
export function transactionValue(sysFlag: number): number {
  return sysFlag & MessageSysFlag.TRANSACTION_MASK
}

/** The same flag with other transaction bits. */
export function withTransactionValue(sysFlag: number, value: number): number {
  return (sysFlag & ~MessageSysFlag.TRANSACTION_MASK) | value
}

/** Whether the record holds a batch in its body, to be taken apart by the reader. */
export function isInnerBatch(sysFlag: number): boolean {
  const both = MessageSysFlag.NEED_UNWRAP | MessageSysFlag.INNER_BATCH
  return (sysFlag & both) === both
}

export function isReadable(perm: number): boolean {
  return hasFlag(perm, Perm.READ)
}

export function isWriteable(perm: number): boolean {
  return hasFlag(perm, Perm.WRITE)
}

export function isInherited(perm: number): boolean {
  return hasFlag(perm, Perm.INHERIT)
}

/** Permission as text, `RW-`, as the official tools print it. */
export function permText(perm: number): string {
  return `${isReadable(perm) ? 'R' : '-'}${isWriteable(perm) ? 'W' : '-'}${isInherited(perm) ? 'X' : '-'}`
}
