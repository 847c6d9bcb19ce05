import type { Direction } from '@rocketmq-ts/remoting/wire'
import type { LinkDirection } from 'net-ts-protocol-kit'
import type { ActiveFault } from './fault'
import type { Ends, Matches } from './fault-filter'
import { CountedFrameFault, type FrameFault } from './frame-fault'

/** Traffic that is held up: for a time, or, without one, until the fault is ended. */
export interface SlowFault {
  readonly fault: ActiveFault
  readonly matches: Matches
  readonly direction: LinkDirection
  readonly delayMs: number | undefined
}

/** Connections that are not made. */
export interface RefusalFault {
  readonly fault: ActiveFault
  readonly matches: Matches
}

/** The faults that are active. */
export class FaultRules {
  readonly #frames = new Set<CountedFrameFault>()
  readonly #slow = new Set<SlowFault>()
  readonly #refusals = new Set<RefusalFault>()

  /** Whether a frame may have to be taken out. */
  get hasFrames(): boolean {
    return this.#frames.size > 0
  }

  addFrames(rule: FrameFault): () => void {
    return added(this.#frames, new CountedFrameFault(rule))
  }

  addSlow(rule: SlowFault): () => void {
    return added(this.#slow, rule)
  }

  addRefusal(rule: RefusalFault): () => void {
    return added(this.#refusals, rule)
  }

  /** What holds up traffic in one direction of a connection. */
  slow(ends: Ends, direction: Direction): readonly SlowFault[] {
    return [...this.#slow].filter((rule) => (rule.direction === 'both' || rule.direction === direction) && rule.matches(ends))
  }

  /** Lets a refusal strike, if there is one for this connection. */
  strikeRefusal(ends: Ends): boolean {
    const refusal = [...this.#refusals].find(({ matches }) => matches(ends))
    refusal?.fault.strike()
    return refusal !== undefined
  }

  /** Lets the oldest fault strike whose turn it is; the others count too. `direction` is that of the request. */
  strikeFrame(takes: FrameFault['takes'], ends: Ends, direction: Direction, code: number): FrameFault | undefined {
    if (this.#frames.size === 0) return undefined
    const due = [...this.#frames].filter((rule) => rule.isDue(takes, ends, direction, code))
    due[0]?.strike()
    return due[0]?.faulty
  }
}

function added<T>(rules: Set<T>, rule: T): () => void {
  rules.add(rule)
  return () => void rules.delete(rule)
}
