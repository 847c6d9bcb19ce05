import type { RecoveryProgress, ResolvedDiskOptions } from './disk-options'

/** How often the logger hears of a recovery that takes long. Milliseconds. */
const TELL_EVERY_MS = 3000

/** Tells a logger how far a recovery is, every few seconds; nothing of a short one. */
export function loggedProgress({ clock, logger }: Pick<ResolvedDiskOptions, 'clock' | 'logger'>): (progress: RecoveryProgress) => void {
  let tellAt = Number.NEGATIVE_INFINITY
  let lastBytes = Number.POSITIVE_INFINITY
  return ({ doneBytes, totalBytes }) => {
    const now = clock.monotonic()
    // Less than before: another recovery has begun.
    if (doneBytes < lastBytes) tellAt = now + TELL_EVERY_MS
    lastBytes = doneBytes
    if (now < tellAt) return
    tellAt = now + TELL_EVERY_MS
    logger.info('the store is being recovered', { doneBytes, totalBytes })
  }
}
