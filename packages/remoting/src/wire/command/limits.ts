import type { CommandLimits } from './command'

/** {@link CommandLimits} with every default in place. */
export type ResolvedCommandLimits = Required<CommandLimits>

export const DEFAULT_COMMAND_LIMITS: ResolvedCommandLimits = Object.freeze({
  maxHeaderBytes: 64 * 1024,
  maxFields: 256,
  maxKeyBytes: 255,
  maxValueBytes: 32 * 1024,
  maxPropertiesBytes: 256 * 1024,
  maxBatchIdsBytes: 1024 * 1024
})

export function resolveLimits(limits: CommandLimits | undefined): ResolvedCommandLimits {
  return limits === undefined ? DEFAULT_COMMAND_LIMITS : { ...DEFAULT_COMMAND_LIMITS, ...limits }
}
