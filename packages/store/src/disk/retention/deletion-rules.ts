import type { ResolvedDiskOptions } from '../disk-options'

/** The options that decide what is deleted, and when. */
export type RetentionOptions = Pick<
  ResolvedDiskOptions,
  'retentionHours' | 'deleteWhen' | 'deleteAboveDiskUse' | 'forceDeleteAboveDiskUse' | 'refuseAboveDiskUse'
>

/** Which files may go now: those whose time is over, or the oldest whatever their time. */
export type Deletion = 'none' | 'expired' | 'oldest'

/** Share of the disk that is in use, 0 to 1; `undefined` when the system does not tell. */
export type DiskUse = number | undefined

/**
 * What may be deleted at an hour with the disk so full. Where the use of the disk is not known, as officially, what is expired goes at any
 * hour (read in store/…/DefaultMessageStore.java, `isSpaceToDelete`).
 */
export function deletionAt(hour: number, use: DiskUse, options: RetentionOptions): Deletion {
  const { deleteAboveDiskUse, forceDeleteAboveDiskUse, refuseAboveDiskUse } = options
  if (use === undefined) return 'expired'
  if (use > forceDeleteAboveDiskUse || use > refuseAboveDiskUse) return 'oldest'
  return use > deleteAboveDiskUse || isHourOf(options.deleteWhen, hour) ? 'expired' : 'none'
}

/**
 * Whether sends are refused: from above the highest mark until the disk is back below the one at which deletion is forced, so that a disk at
 * the mark does not refuse by turns (read in store/…/DefaultMessageStore.java, `isSpaceToDelete`). As officially, a use that is not known
 * refuses nothing.
 */
export function refusesAt(use: DiskUse, refusedBefore: boolean, options: RetentionOptions): boolean {
  if (use === undefined) return false
  return use > options.refuseAboveDiskUse || (refusedBefore && use > options.forceDeleteAboveDiskUse)
}

/** Whether the time of a file is over that was last written then (read in store/…/MappedFileQueue.java, `deleteExpiredFileByTime`). */
export function isExpired(modifiedAt: number, now: number, { retentionHours }: RetentionOptions): boolean {
  return now >= modifiedAt + retentionHours * MS_PER_HOUR
}

const MS_PER_HOUR = 60 * 60 * 1000

function isHourOf(deleteWhen: string, hour: number): boolean {
  return deleteWhen.split(';').some((when) => Number(when) === hour)
}
