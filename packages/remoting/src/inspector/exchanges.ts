import type { Direction, RequestRow } from '../wire/index'

/** A request that waits for its answer: a few words, nothing of the frame. */
export interface OpenRequest {
  readonly row: RequestRow | undefined
  readonly code: number
  readonly version: number
  readonly direction: Direction | undefined
  readonly offset: number
  readonly topic: string | undefined
  readonly group: string | undefined
  /** By the monotonic clock; `undefined` for captures. */
  readonly startedMs: number | undefined
  readonly isWanted: boolean
}

/** Requests of one connection by their direction and opaque. Bounded: the oldest make room. */
export class Exchanges {
  readonly #maxOpen: number
  readonly #open = new Map<string, OpenRequest>()

  constructor(maxOpen = 4096) {
    this.#maxOpen = maxOpen
  }

  /** Remembers a request; returns the one that no answer will be matched to any more, if there is one. */
  add(direction: Direction | undefined, opaque: number, request: OpenRequest): OpenRequest | undefined {
    const key = keyOf(direction, opaque)
    const replaced = this.#open.get(key)
    this.#open.delete(key)
    this.#open.set(key, request)
    return replaced ?? (this.#open.size > this.#maxOpen ? this.#takeOldest() : undefined)
  }

  /** The request that a frame in `direction` answers; in any direction where that is not known. */
  take(direction: Direction | undefined, opaque: number): OpenRequest | undefined {
    for (const asked of askedIn(direction)) {
      const key = keyOf(asked, opaque)
      const request = this.#open.get(key)
      if (request === undefined) continue
      this.#open.delete(key)
      return request
    }
    return undefined
  }

  /** Whatever still waits, oldest first. */
  takeAll(): readonly OpenRequest[] {
    const all = [...this.#open.values()]
    this.#open.clear()
    return all
  }

  #takeOldest(): OpenRequest | undefined {
    const [oldest] = this.#open
    if (oldest === undefined) return undefined
    this.#open.delete(oldest[0])
    return oldest[1]
  }
}

/** Directions that a request may have had, to be answered in `direction`. */
function askedIn(direction: Direction | undefined): ReadonlyArray<Direction | undefined> {
  if (direction === 'to-client') return ['to-server']
  if (direction === 'to-server') return ['to-client']
  return ['to-server', 'to-client', undefined]
}

function keyOf(direction: Direction | undefined, opaque: number): string {
  return `${direction} ${opaque}`
}
