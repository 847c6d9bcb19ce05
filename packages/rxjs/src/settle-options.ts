import { type Message, OptionsError, type Outcome } from '@rocketmq-ts/client'
import { functionOr, refuseUnknown, wholeNumber } from './options'

/**
 * What becomes of a delivery whose projection failed. `retry`: it comes again, as when a push consumer's handler throws;
 * `deadLetter`: to the dead letter topic at once; `skip`: consumed all the same, and nothing is emitted; `fail`: the stream ends
 * with the error, and the message comes again to its queue's next owner without a counted attempt.
 */
export type ErrorAction = 'retry' | 'deadLetter' | 'skip' | 'fail'

// biome-ignore lint/suspicious/noConfusingVoidType: returning nothing is the usual way to leave the decision.
type ErrorDecision = ErrorAction | Outcome | void

/**
 * Decides on a failed delivery by the error and the message (`message.attempt` says which attempt it was). `retry({ delayLevel })`
 * and `deadLetter()` may be returned as well; nothing means `retry`. When it throws itself, the stream fails with what it threw.
 */
export type ErrorDecider<M = Message> = (error: unknown, message: M) => ErrorDecision | Promise<ErrorDecision>

/** Settings of `settle`. */
export interface SettleOptions<M = Message> {
  /** How many projections run at a time. Default: as many as there are unsettled deliveries. */
  readonly concurrency?: number
  /**
   * Lanes: messages of one key are handled one after another in the order of their delivery, those of different keys side by side.
   * A message with the key `undefined` or `null` has a lane of its own. Keys are compared as those of a `Map`. A message that is
   * retried comes again later, out of its lane's order. Default: no lanes.
   */
  readonly key?: (message: M) => unknown
  /**
   * Whether values are emitted in the order of delivery. Projections run side by side all the same, and each delivery is settled
   * when its own projection ends; one that fails leaves no hole. Default `false`: in the order in which projections end.
   */
  readonly ordered?: boolean
  /**
   * With `ordered`: so many deliveries, from the oldest one whose values are not all emitted, may be begun before the others wait
   * for it. Bounds the values that wait for their turn. Default 1000.
   */
  readonly window?: number
  /** What becomes of a delivery whose projection throws, rejects or errors. Default `'retry'`. */
  readonly onError?: ErrorAction | ErrorDecider<M>
}

/** The same, complete. */
export interface ResolvedSettleOptions<M> {
  readonly concurrency: number
  readonly key: ((message: M) => unknown) | undefined
  readonly ordered: boolean
  readonly window: number
  readonly onError: ErrorAction | ErrorDecider<M>
}

const KNOWN: ReadonlyArray<keyof SettleOptions> = ['concurrency', 'key', 'ordered', 'window', 'onError']
const ACTIONS: readonly unknown[] = ['retry', 'deadLetter', 'skip', 'fail'] satisfies readonly ErrorAction[]

/** @throws OptionsError */
export function resolveSettleOptions<M>(options: SettleOptions<M>): ResolvedSettleOptions<M> {
  refuseUnknown('settle', options, KNOWN)
  const { concurrency, key, ordered = false, window, onError = 'retry' } = options
  if (typeof ordered !== 'boolean') throw new OptionsError(`settle: ordered must be true or false, not ${String(ordered)}`)
  if (window !== undefined && !ordered) throw new OptionsError('settle: window means something only with ordered: true')
  if (typeof onError !== 'function' && !isErrorAction(onError)) {
    throw new OptionsError(`settle: onError must be a function or one of ${ACTIONS.join(', ')}, not ${String(onError)}`)
  }
  return {
    concurrency: isUnlimited(concurrency) ? concurrency : readConcurrency(concurrency),
    key: functionOr<((message: M) => unknown) | undefined>('settle: key', key, undefined),
    ordered,
    window: wholeNumber('settle: window', window, 1000, { min: 1, max: Number.MAX_SAFE_INTEGER }),
    onError
  }
}

export function isErrorAction(value: unknown): value is ErrorAction {
  return ACTIONS.includes(value)
}

/** RxJS says "without a bound" so. */
function isUnlimited(concurrency: number | undefined): concurrency is number {
  return concurrency === Number.POSITIVE_INFINITY
}

function readConcurrency(value: unknown): number {
  return wholeNumber('settle: concurrency', value, Number.POSITIVE_INFINITY, { min: 1, max: Number.MAX_SAFE_INTEGER })
}
