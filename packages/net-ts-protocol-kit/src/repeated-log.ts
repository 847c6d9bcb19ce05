import type { Clock } from './clock'
import type { Logger } from './logger'

/** Settings of a {@link RepeatedLog}. */
export interface RepeatedLogOptions {
  readonly clock: Clock
  readonly logger: Logger
  /** For how long repetitions are only counted. Default 60 000 ms. */
  readonly quietMs?: number
  /** Most kinds that are told apart; the rest count as one. Default 256. */
  readonly maxKinds?: number
}

/** How important a line is. */
export type LogLevel = keyof Logger

interface Kind {
  readonly level: LogLevel
  readonly message: string
  saidAt: number
  repeated: number
}

const OTHER_KINDS = 'other'

/**
 * Says a thing once and then only counts it: the next line of the same kind comes when it has been quiet for a while, or at
 * {@link flush}, with how often it was `repeated` since. A peer that sends garbage cannot fill a disk.
 */
export class RepeatedLog {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #quietMs: number
  readonly #maxKinds: number
  readonly #kinds = new Map<string, Kind>()

  constructor({ clock, logger, quietMs = 60_000, maxKinds = 256 }: RepeatedLogOptions) {
    this.#clock = clock
    this.#logger = logger
    this.#quietMs = quietMs
    this.#maxKinds = maxKinds
  }

  /** Logs `message` unless something of this `kind` was logged lately. */
  log(level: LogLevel, kind: string, message: string, facts: object = {}): void {
    const key = this.#kinds.has(kind) || this.#kinds.size < this.#maxKinds ? kind : OTHER_KINDS
    const now = this.#clock.monotonic()
    const known = this.#kinds.get(key)
    if (known !== undefined && now - known.saidAt < this.#quietMs) {
      known.repeated++
      return
    }
    this.#kinds.set(key, { level, message, saidAt: now, repeated: 0 })
    this.#logger[level](message, known === undefined || known.repeated === 0 ? facts : { ...facts, repeated: known.repeated })
  }

  /** Logs what was only counted so far. */
  flush(): void {
    for (const kind of this.#kinds.values()) {
      if (kind.repeated === 0) continue
      this.#logger[kind.level](kind.message, { repeated: kind.repeated })
      kind.repeated = 0
    }
  }
}
