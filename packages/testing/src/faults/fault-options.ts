import type { LinkDirection } from 'net-ts-protocol-kit'
import { FaultOptionsError } from './fault-error'
import type { FaultFilter } from './fault-filter'

/** Which of the frames that match, counted from when the fault was asked for. */
export interface WhichFrames {
  /** The first one to strike, from 1. Default 1. */
  readonly nth?: number
  /** How many, from that one on; `Infinity` for all until the fault is ended. Default 1. */
  readonly times?: number
}

/** Settings of `dropRequest` and `dropAnswer`. */
export interface FrameFaultOptions extends FaultFilter, WhichFrames {}

/** Settings of `answerWith`. */
export interface AnswerWithOptions extends FrameFaultOptions {
  /** One of `ResponseCode`, or any other number. */
  readonly responseCode: number
  /** Default: that it is a fault of the test kit. */
  readonly remark?: string
}

/** Settings of `stall`. */
export interface StallOptions extends FaultFilter {
  /** Which bytes stop moving. Default `'both'`. */
  readonly direction?: LinkDirection
}

/** Settings of `halfOpen`. */
export interface HalfOpenOptions extends FaultFilter {
  /** Who is gone without the other one being told. Default `'server'`. */
  readonly gone?: 'server' | 'client'
}

const FILTER = ['server', 'client'] as const
const FRAMES = [...FILTER, 'nth', 'times'] as const
const KNOWN = {
  cut: FILTER,
  delay: FILTER,
  refuse: FILTER,
  stall: [...FILTER, 'direction'],
  halfOpen: [...FILTER, 'gone'],
  dropRequest: FRAMES,
  dropAnswer: FRAMES,
  answerWith: [...FRAMES, 'responseCode', 'remark']
} as const

export type FaultName = keyof typeof KNOWN

/** @throws FaultOptionsError for a member that this fault does not have. */
export function checkOptions(fault: FaultName, options: object): void {
  if (typeof options !== 'object' || options === null) throw new FaultOptionsError(fault, 'options', 'must be an object')
  const known: readonly string[] = KNOWN[fault]
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined) throw new FaultOptionsError(fault, unknown, `is no option. Known: ${known.join(', ')}`)
}

/** @throws FaultOptionsError */
export function checkDelay(ms: number): void {
  if (!(ms > 0 && ms < 2 ** 31)) throw new FaultOptionsError('delay', 'ms', `must be more than 0 and less than 2^31, not ${ms}`)
}

/** @throws FaultOptionsError */
export function readWhich(fault: FaultName, { nth = 1, times = 1 }: WhichFrames): Required<WhichFrames> {
  if (!isCount(nth)) throw new FaultOptionsError(fault, 'nth', `must be a whole number from 1, not ${nth}`)
  if (!isCount(times) && times !== Number.POSITIVE_INFINITY)
    throw new FaultOptionsError(fault, 'times', `must be a whole number from 1, or Infinity, not ${times}`)
  return { nth, times }
}

/** @throws FaultOptionsError */
export function readAnswer(options: AnswerWithOptions): Required<Pick<AnswerWithOptions, 'responseCode' | 'remark'>> {
  checkOptions('answerWith', options)
  const { responseCode, remark = 'a fault of the test kit' } = options
  if (!Number.isInteger(responseCode))
    throw new FaultOptionsError('answerWith', 'responseCode', `must be one of ResponseCode or a whole number, not ${responseCode}`)
  if (typeof remark !== 'string') throw new FaultOptionsError('answerWith', 'remark', `must be a text, not ${String(remark)}`)
  return { responseCode, remark }
}

/** One of a few texts. @throws FaultOptionsError */
export function readChoice<T extends string>(fault: FaultName, option: string, given: T, choices: readonly T[]): T {
  if (choices.includes(given)) return given
  throw new FaultOptionsError(fault, option, `must be one of ${choices.join(', ')}, not ${String(given)}`)
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 1
}
