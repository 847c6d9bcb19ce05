import type { DataVersion } from '@rocketmq-ts/remoting/wire'
import type { Clock } from 'net-ts-protocol-kit'

/** The version of a table that changes: whoever has an equal one knows the table (read in remoting/…/protocol/DataVersion.java). */
export class TableVersion {
  readonly #clock: Clock
  #current: DataVersion

  constructor(clock: Clock) {
    this.#clock = clock
    this.#current = { timestamp: clock.now(), counter: 0 }
  }

  get current(): DataVersion {
    return this.#current
  }

  /** Something changed. Returns the new version. */
  next(): DataVersion {
    this.#current = { ...this.#current, timestamp: this.#clock.now(), counter: this.#current.counter + 1 }
    return this.#current
  }

  /** Goes on from a version that was stored. */
  resume(version: DataVersion): void {
    this.#current = version
  }
}
