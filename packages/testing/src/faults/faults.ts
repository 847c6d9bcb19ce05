import { ActiveFault, type Fault } from './fault'
import type { FaultConnection } from './fault-connection'
import { type FaultFilter, filterText, type Known, type Matches, readFilter } from './fault-filter'
import {
  type AnswerWithOptions,
  checkDelay,
  checkOptions,
  type FaultName,
  type FrameFaultOptions,
  type HalfOpenOptions,
  readAnswer,
  readChoice,
  readWhich,
  type StallOptions
} from './fault-options'
import type { FaultRules, SlowFault } from './fault-rules'
import { type FrameFault, type InventedAnswer, type Requests, readRequests, responseText, whichText } from './frame-fault'

/** What {@link Faults} work on. */
export interface FaultScene {
  readonly rules: FaultRules
  readonly connections: ReadonlySet<FaultConnection>
  known(): Known
}

/**
 * Faults on demand. Each call returns a handle that says how often it struck and ends it. Without a filter a fault is for every
 * connection of every server, those of brokers to nameservers included. Every call throws a `FaultOptionsError` for an option that
 * cannot be, and for a server that there is not.
 */
export class Faults {
  readonly #scene: FaultScene
  readonly #made: ActiveFault[] = []

  /** @internal */
  constructor(scene: FaultScene) {
    this.#scene = scene
  }

  /** Faults that may still strike, oldest first. */
  get active(): readonly Fault[] {
    return this.#made.filter(({ isActive }) => isActive)
  }

  /** Faults, ended or not, that never struck: a test that expects something of them proves nothing. */
  get unused(): readonly Fault[] {
    return this.#made.filter(({ hits }) => hits === 0)
  }

  /** Cuts the connections that are open now: both sides see a reset. New ones may be made. */
  cut(filter: FaultFilter = {}): Fault {
    const matches = this.#matches('cut', filter)
    const fault = this.#make(`cut connections${filterText(filter)}`)
    for (const connection of this.#connections(matches)) {
      connection.cut()
      fault.strike()
    }
    fault.end()
    return fault
  }

  /** Everything takes `ms` more each way, in milliseconds of the cluster's clock, in order; on new connections too. */
  delay(ms: number, filter: FaultFilter = {}): Fault {
    const matches = this.#matches('delay', filter)
    checkDelay(ms)
    const fault = this.#make(`delay bytes${filterText(filter)} by ${ms} ms each way`)
    return this.#beginSlow({ fault, matches, direction: 'both', delayMs: ms })
  }

  /** Bytes stop moving, on new connections too, and go on where they stopped when the fault ends. */
  stall(options: StallOptions = {}): Fault {
    const matches = this.#matches('stall', options)
    const direction = readChoice('stall', 'direction', options.direction ?? 'both', ['both', 'to-server', 'to-client'])
    const fault = this.#make(`stall bytes${filterText(options)}, ${direction === 'both' ? 'both ways' : direction}`)
    return this.#beginSlow({ fault, matches, direction, delayMs: undefined })
  }

  /**
   * One side of the connections that are open now is gone, which sees a reset; the other side is told nothing and whatever it
   * sends is lost. New connections work. When the fault ends, the side that was left in the dark sees a reset too.
   */
  halfOpen(options: HalfOpenOptions = {}): Fault {
    const matches = this.#matches('halfOpen', options)
    const gone = readChoice('halfOpen', 'gone', options.gone ?? 'server', ['server', 'client'])
    const fault = this.#make(`half-open connections${filterText(options)}: the ${gone} is gone`)
    const lost = this.#connections(matches)
    for (const connection of lost) {
      connection.lose(gone)
      fault.strike()
    }
    fault.begin(() => {
      for (const connection of lost) connection.cut()
    })
    return fault
  }

  /** New connections are refused, those of other processes closed at once. Open ones stay: `cut` them as well, if that is meant. */
  refuse(filter: FaultFilter = {}): Fault {
    const matches = this.#matches('refuse', filter)
    const fault = this.#make(`refuse connections${filterText(filter)}`)
    fault.begin(this.#scene.rules.addRefusal({ fault, matches }))
    return fault
  }

  /** A request is lost on its way, also one that a broker sends to its client. By default the next one. */
  dropRequest(code: Requests, options: FrameFaultOptions = {}): Fault {
    return this.#takeOut('dropRequest', 'request', code, options, (which) => `drop ${which}`)
  }

  /** The answer to a request is lost on its way back, also to one that is under way already. By default the next one. */
  dropAnswer(code: Requests, options: FrameFaultOptions = {}): Fault {
    return this.#takeOut('dropAnswer', 'answer', code, options, (which) => `drop the answer to ${which}`)
  }

  /** A request is answered with a response code and does not reach its receiver; one that wants no answer is just lost. */
  answerWith(code: Requests, options: AnswerWithOptions): Fault {
    const answer = readAnswer(options)
    return this.#takeOut(
      'answerWith',
      'request',
      code,
      options,
      (which) => `answer ${which} with ${responseText(answer.responseCode)}`,
      answer
    )
  }

  /** Ends every fault. */
  endAll(): void {
    for (const fault of this.active) fault.end()
  }

  #takeOut(
    name: FaultName,
    takes: FrameFault['takes'],
    code: Requests,
    options: FrameFaultOptions,
    describe: (which: string) => string,
    answer?: InventedAnswer
  ): Fault {
    const matches = this.#matches(name, options)
    const which = readWhich(name, options)
    const requests = readRequests(name, code)
    const fault = this.#make(`${describe(whichText(requests, which))}${filterText(options)}`)
    fault.begin(this.#scene.rules.addFrames({ fault, takes, requests, matches, which, answer }))
    return fault
  }

  #beginSlow(rule: SlowFault): Fault {
    const remove = this.#scene.rules.addSlow(rule)
    const update = (): void => {
      for (const connection of this.#scene.connections) connection.update()
    }
    update()
    rule.fault.begin(() => {
      remove()
      update()
    })
    return rule.fault
  }

  #matches(fault: FaultName, options: FaultFilter): Matches {
    checkOptions(fault, options)
    return readFilter(fault, options, this.#scene.known())
  }

  #connections(matches: Matches): readonly FaultConnection[] {
    return [...this.#scene.connections].filter(({ ends }) => matches(ends))
  }

  #make(description: string): ActiveFault {
    const fault = new ActiveFault(description)
    this.#made.push(fault)
    return fault
  }
}
