import { ClusterOptionsError } from './cluster-error'
import { refuseUnknown } from './cluster-options'

/** How far a wait may move a hand-driven clock, or how long it may take on the real one. */
export interface WaitOptions {
  /** Milliseconds of the cluster's clock. Default: see the call. */
  readonly withinMs?: number
}

/** @throws ClusterOptionsError */
export function resolveWaitOptions(call: string, options: WaitOptions, defaultMs: number): Required<WaitOptions> {
  refuseUnknown(call, options, { withinMs: true })
  return { withinMs: readWithin(call, options.withinMs, defaultMs) }
}

/** @throws ClusterOptionsError */
export function readWithin(call: string, withinMs: number | undefined, defaultMs: number): number {
  if (withinMs === undefined) return defaultMs
  if (typeof withinMs === 'number' && withinMs >= 0 && withinMs < Number.POSITIVE_INFINITY) return withinMs
  throw new ClusterOptionsError(`${call}.withinMs`, 'must be milliseconds')
}
