const SLOTS = 64

/**
 * Fields that stay the same from message to message, as they were written last: a send of the same producer to the same topic and broker copies
 * them. One entry per slot; what does not match is written anew and takes it.
 */
export class SteadyRun<Values> {
  readonly values: (Values | undefined)[] = new Array<Values | undefined>(SLOTS).fill(undefined)
  readonly #bytes: Buffer[] = new Array<Buffer>(SLOTS).fill(Buffer.alloc(0))

  put(slot: number, target: Buffer, at: number): number {
    const bytes = this.#bytes[slot] as Buffer
    if (target.length - at < bytes.length) throw new RangeError('the target is too small')
    target.set(bytes, at)
    return at + bytes.length
  }

  keep(slot: number, values: Values, target: Buffer, start: number, end: number): number {
    // Writes past the end go nowhere: what was not written must not be kept.
    if (end > target.length) throw new RangeError('the target is too small')
    const bytes = Buffer.allocUnsafeSlow(end - start)
    target.copy(bytes, 0, start, end)
    this.values[slot] = values
    this.#bytes[slot] = bytes
    return end
  }
}

/** A slot by two names: their lengths and last characters, where numbered names differ. */
export function steadySlot(first: string, second = ''): number {
  const ends = first.charCodeAt(first.length - 1) + 7 * second.charCodeAt(second.length - 1)
  return (first.length + 3 * second.length + ends) & (SLOTS - 1)
}
