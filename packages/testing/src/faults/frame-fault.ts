import { type Direction, findRequest, type RequestRow, responseCodeName } from '@rocketmq-ts/remoting/wire'
import type { ActiveFault } from './fault'
import { FaultOptionsError } from './fault-error'
import type { Ends, Matches } from './fault-filter'
import type { FaultName, WhichFrames } from './fault-options'

/** A request as `RequestCode` names it. */
export type RequestKind = Pick<RequestRow, 'name' | 'code' | 'direction'>

/** One request of `RequestCode`, a number, or several: a message may go as `SEND_MESSAGE_V2` or `SEND_BATCH_MESSAGE`. */
export type Requests = RequestKind | number | ReadonlyArray<RequestKind | number>

/** What is answered instead of the receiver. */
export interface InventedAnswer {
  readonly responseCode: number
  readonly remark: string
}

/** Requests or answers that a fault takes out. */
export interface FrameFault {
  readonly fault: ActiveFault
  readonly takes: 'request' | 'answer'
  readonly requests: readonly RequestKind[]
  readonly matches: Matches
  readonly which: Required<WhichFrames>
  readonly answer: InventedAnswer | undefined
}

/** A {@link FrameFault} that counts. */
export class CountedFrameFault {
  readonly faulty: FrameFault
  #seen = 0

  constructor(faulty: FrameFault) {
    this.faulty = faulty
  }

  /** Whether it is this one's turn. To be asked of each frame once: it counts those that match. */
  isDue(takes: FrameFault['takes'], ends: Ends, direction: Direction, code: number): boolean {
    const { fault, requests, matches, which } = this.faulty
    if (takes !== this.faulty.takes || !matches(ends)) return false
    if (!requests.some((request) => request.code === code && request.direction === direction)) return false
    this.#seen++
    return this.#seen >= which.nth && fault.hits < which.times
  }

  strike(): void {
    const { fault, which } = this.faulty
    fault.strike()
    if (fault.hits >= which.times) fault.end()
  }
}

/** @throws FaultOptionsError */
export function readRequests(fault: FaultName, requests: Requests): readonly RequestKind[] {
  const list: ReadonlyArray<RequestKind | number> = isList(requests) ? requests : [requests]
  if (list.length === 0) throw new FaultOptionsError(fault, 'code', 'must name at least one request')
  return list.map((request) => (typeof request === 'number' ? kindOf(fault, request) : checkedKind(fault, request)))
}

/** `the 2nd SEND_MESSAGE_V2`, `every PULL_MESSAGE`, `3 × HEART_BEAT from the 2nd on`. */
export function whichText(requests: readonly RequestKind[], { nth, times }: Required<WhichFrames>): string {
  const names = requests.map(({ name }) => name).join(' or ')
  if (times === 1) return `the ${ordinal(nth)} ${names}`
  const some = times === Number.POSITIVE_INFINITY ? `every ${names}` : `${times} × ${names}`
  return nth === 1 ? some : `${some} from the ${ordinal(nth)} on`
}

/** `SYSTEM_BUSY (2)` */
export function responseText(code: number): string {
  const name = responseCodeName(code)
  return name === undefined ? `code ${code}` : `${name} (${code})`
}

function isList(requests: Requests): requests is ReadonlyArray<RequestKind | number> {
  return Array.isArray(requests)
}

function kindOf(fault: FaultName, code: number): RequestKind {
  if (!Number.isInteger(code)) throw new FaultOptionsError(fault, 'code', `must be one of RequestCode or a whole number, not ${code}`)
  return findRequest(code, 'to-server') ?? findRequest(code, 'to-client') ?? { name: `request ${code}`, code, direction: 'to-server' }
}

function checkedKind(fault: FaultName, request: RequestKind): RequestKind {
  if (typeof request === 'object' && request !== null && typeof request.code === 'number') return request
  throw new FaultOptionsError(fault, 'code', `must be one of RequestCode or a whole number, not ${String(request)}`)
}

function ordinal(n: number): string {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th')
  return `${n}${suffix}`
}
