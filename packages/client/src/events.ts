import { channel } from 'node:diagnostics_channel'
import type { Logger } from 'net-ts-protocol-kit'

/** Where a program learns what happened. Listening never changes what happens. */
export interface Events<Map extends object> {
  /** Calls `listener` for each event of that name. Returns what stops it. */
  on<Name extends keyof Map & string>(name: Name, listener: (event: Map[Name]) => void): () => void
}

/**
 * Typed events. Each is published on the `node:diagnostics_channel` named `rocketmq-ts.client.<name>` as well. A listener
 * that throws is logged and otherwise ignored: there is no event that can end the process.
 */
export class EventSource<Map extends object> implements Events<Map> {
  readonly #listeners = new globalThis.Map<string, Set<(event: never) => void>>()
  readonly #logger: Logger
  readonly #origin: Readonly<Record<string, unknown>>

  /** @param origin what is added to what the diagnostics channel gets: which client, which group. */
  constructor(logger: Logger, origin: Readonly<Record<string, unknown>>) {
    this.#logger = logger
    this.#origin = origin
  }

  on<Name extends keyof Map & string>(name: Name, listener: (event: Map[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Set()
    this.#listeners.set(name, listeners.add(listener))
    return () => void listeners.delete(listener)
  }

  emit<Name extends keyof Map & string>(name: Name, event: Map[Name]): void {
    for (const listener of this.#listeners.get(name) ?? []) this.#call(name, listener as (event: Map[Name]) => void, event)
    const diagnostics = channel(`rocketmq-ts.client.${name}`)
    if (diagnostics.hasSubscribers) diagnostics.publish({ ...this.#origin, ...event })
  }

  #call<Event>(name: string, listener: (event: Event) => void, event: Event): void {
    try {
      listener(event)
    } catch (error) {
      this.#logger.error(`a listener of ${name} threw`, { error })
    }
  }
}
