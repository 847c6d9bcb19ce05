import type { RawRequest } from '../support/raw-frames'

/** What comes back: a response code, the end of the connection, or nothing for a while. */
export type Outcome = number | 'closed' | 'no answer'

/** A request that nobody should send, and what comes of it. */
export interface HostileRequest {
  /** Completes the sentence "… gets …". */
  readonly name: string
  readonly to: 'broker' | 'nameserver'
  readonly request: RawRequest
  /** What ours answers, and so do the official releases unless `official` says otherwise. */
  readonly outcome: Outcome
  /** What our remark says, in part: it names what is wrong. */
  readonly remark?: string
  readonly official?: Deviation
}

/** Where an official release does something else, and why ours does not follow. */
export interface Deviation {
  readonly '4.9.7'?: Outcome
  readonly '5.5.0'?: Outcome
  readonly why: string
}

/** Same deviation in both releases. */
export const both = (outcome: Outcome, why: string): Deviation => ({ '4.9.7': outcome, '5.5.0': outcome, why })

/** Where 5.x has a code of its own and 4.9 says SYSTEM_ERROR; ours follows 5.5.0. */
export const since5: Deviation = { '4.9.7': 1, why: '4.9 says SYSTEM_ERROR to everything illegal' }

/** Why a missing field is refused that upstream does without. */
export const unchecked = (outcome: Outcome): Deviation =>
  both(outcome, 'upstream swallows its own check for missing fields and goes on with null')

/** Why positions past 2^53 - 1 are refused. */
export const tooPrecise = (outcome: Outcome): Deviation => both(outcome, 'no queue is that long; ours refuses what a number cannot hold')

/** Topics that every server under test has: this one with four queues and one message in queue 0. */
export const TOPIC = 'orders'
export const QUEUES = 4

/** Official response codes, written out so that the expectation does not come from our own tables. */
export const Code = {
  SUCCESS: 0,
  SYSTEM_ERROR: 1,
  SYSTEM_BUSY: 2,
  REQUEST_CODE_NOT_SUPPORTED: 3,
  MESSAGE_ILLEGAL: 13,
  SERVICE_NOT_AVAILABLE: 14,
  NO_PERMISSION: 16,
  TOPIC_NOT_EXIST: 17,
  PULL_NOT_FOUND: 19,
  PULL_RETRY_IMMEDIATELY: 20,
  PULL_OFFSET_MOVED: 21,
  QUERY_NOT_FOUND: 22,
  SUBSCRIPTION_PARSE_FAILED: 23,
  SUBSCRIPTION_NOT_EXIST: 24,
  SUBSCRIPTION_NOT_LATEST: 25,
  SUBSCRIPTION_GROUP_NOT_EXIST: 26,
  INVALID_PARAMETER: 29
} as const

export const INT_MAX = 2 ** 31 - 1
export const INT_MIN = -(2 ** 31)
export const LONG_MAX = '9223372036854775807'

/** Fields without those that are `undefined`. */
export function fieldsOf(fields: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
