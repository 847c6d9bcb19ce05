import type { ClusterClients } from '../cluster-clients'
import type { ClusterTime } from '../cluster-time'
import { GroupProgress } from '../inspection/group-progress'
import type { Inspection } from '../inspection/inspection'
import type { StoredMessage } from '../inspection/stored-message'
import { Deliveries, type Delivery } from './deliveries'
import { type ExpectOptions, type ResolvedExpectOptions, resolveExpectOptions } from './expect-options'
import { ExpectationError } from './expectation-error'
import { report } from './expectation-report'
import { findingsOf } from './findings'
import type { MessageFilter } from './message-match'
import { type Look, lookAtDead, lookAtDelivered, type Subject, wantedText } from './subject'

/** What expectations need of their cluster. */
export interface ExpectationSurroundings {
  readonly time: ClusterTime
  readonly inspection: Inspection
  readonly clients: ClusterClients
  /** Throws when the cluster is closed. */
  readonly requireOpen: (call: string) => void
  /** Servers by name, and whether they run. */
  readonly servers: () => ReadonlyMap<string, boolean>
  /** Faults that are at work. */
  readonly faults: () => readonly string[]
}

const DELIVERED_WITHIN_MS = 60_000
/** The official sixteen retries take 4 hours and 46 minutes. */
const DEAD_WITHIN_MS = 6 * 3_600_000

/** Waits until something has happened in a cluster, and says what there is when it does not. */
export class Expectations {
  readonly #surroundings: ExpectationSurroundings

  constructor(surroundings: ExpectationSurroundings) {
    this.#surroundings = surroundings
  }

  /** @throws ExpectationError, ClusterOptionsError, ClusterError when the cluster is closed meanwhile */
  delivered(group: string, filter: MessageFilter, given: ExpectOptions): Promise<readonly StoredMessage[]> {
    const options = this.#options('expectDelivered', given, DELIVERED_WITHIN_MS)
    const deliveries = new Deliveries(this.#surroundings.inspection, group, filter)
    const now = (): Promise<Delivery[]> => deliveries.now(this.#progress(group))
    const look = async (): Promise<Look> => lookAtDelivered(await now(), options.count)
    const wanted = `${wantedText(filter, options.count)} consumed by group ${group}`
    return this.#expect({ call: `expectDelivered('${group}')`, group, filter, wanted, look, deliveries: now }, options)
  }

  /** @throws ExpectationError, ClusterOptionsError, ClusterError when the cluster is closed meanwhile */
  deadLetter(group: string, filter: MessageFilter, given: ExpectOptions): Promise<readonly StoredMessage[]> {
    const options = this.#options('expectDeadLetter', given, DEAD_WITHIN_MS)
    const { inspection } = this.#surroundings
    const deliveries = new Deliveries(inspection, group, filter)
    const now = (): Promise<Delivery[]> => deliveries.now(this.#progress(group))
    const look = async (): Promise<Look> => {
      const dead = await inspection.deadLettersOf(group, filter.topic)
      return lookAtDead(dead.filter(filter.matches), options.count)
    }
    const wanted = `${wantedText(filter, options.count)} given up by group ${group}`
    return this.#expect({ call: `expectDeadLetter('${group}')`, group, filter, wanted, look, deliveries: now }, options)
  }

  async #expect(subject: Subject, { count, withinMs }: ResolvedExpectOptions): Promise<readonly StoredMessage[]> {
    let mark: string | undefined
    let look = await subject.look()
    const isDecided = async (): Promise<boolean> => {
      this.#surroundings.requireOpen(subject.call)
      const now = this.#mark(subject.group)
      if (now !== mark) look = await subject.look()
      mark = now
      return look.verdict !== 'open'
    }
    await this.#surroundings.time.until(isDecided, withinMs)
    if (look.verdict === 'met' || (look.verdict === 'open' && count === 0)) return look.messages
    throw await this.#error(subject, look.verdict, withinMs)
  }

  async #error(subject: Subject, verdict: Look['verdict'], withinMs: number): Promise<ExpectationError> {
    const { call, group, wanted } = subject
    const { time } = this.#surroundings
    const end = verdict === 'never' ? 'and cannot be any more' : `within ${withinMs} ms of ${time.isDriven ? "the cluster's" : 'real'} time`
    const findings = await findingsOf(subject, this.#progress(group), this.#surroundings)
    return new ExpectationError(report({ ...findings, call, end }), { group, wanted, found: findings.found })
  }

  #progress(group: string): GroupProgress {
    const { inspection, clients } = this.#surroundings
    return new GroupProgress(inspection.nodes, clients, group)
  }

  /** Differs whenever something happened that matters to the group. */
  #mark(group: string): string {
    const { inspection } = this.#surroundings
    const counts = inspection.nodes.map(({ arrivals, pulled }) => `${arrivals} ${pulled.count}`)
    return `${counts.join()} ${this.#progress(group).mark}`
  }

  #options(call: string, given: ExpectOptions, drivenMs: number): ResolvedExpectOptions {
    return resolveExpectOptions(call, given, drivenMs, this.#surroundings.time.isDriven)
  }
}
