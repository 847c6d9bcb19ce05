const FIRST_CAPACITY = 16

/**
 * The entries of one queue: where each record is in the log, its size and its tags code. Numbers in typed arrays, no object
 * per entry. Entries are staged first and become readable when committed.
 */
export class ConsumeQueue {
  readonly topic: string
  readonly queueId: number
  #physicalOffsets = new Float64Array(FIRST_CAPACITY)
  #sizes = new Int32Array(FIRST_CAPACITY)
  /** Float64: tags codes are int32, but scheduled messages carry a time. */
  #tagsCodes = new Float64Array(FIRST_CAPACITY)
  /** Queue offset of slot 0. */
  #base = 0
  #min = 0
  #committed = 0
  #end = 0

  constructor(topic: string, queueId: number) {
    this.topic = topic
    this.queueId = queueId
  }

  /** First readable offset. */
  get minOffset(): number {
    return this.#min
  }

  /** First offset that is not readable yet. */
  get maxOffset(): number {
    return this.#committed
  }

  /** The offset that the next staged entry gets. */
  get endOffset(): number {
    return this.#end
  }

  /** Stages an entry at `endOffset`. */
  stage(physicalOffset: number, size: number, tagsCode: number): void {
    let slot = this.#end - this.#base
    if (slot === this.#sizes.length) slot = this.#makeRoom()
    this.#physicalOffsets[slot] = physicalOffset
    this.#sizes[slot] = size
    this.#tagsCodes[slot] = tagsCode
    this.#end++
  }

  /** Makes what is staged readable. */
  commit(): void {
    this.#committed = this.#end
  }

  /** Forgets the entries whose records were before `physicalOffset`. */
  dropBefore(physicalOffset: number): void {
    while (this.#min < this.#committed && this.physicalOffsetAt(this.#min) < physicalOffset) this.#min++
  }

  physicalOffsetAt(queueOffset: number): number {
    return this.#physicalOffsets[queueOffset - this.#base] as number
  }

  sizeAt(queueOffset: number): number {
    return this.#sizes[queueOffset - this.#base] as number
  }

  tagsCodeAt(queueOffset: number): number {
    return this.#tagsCodes[queueOffset - this.#base] as number
  }

  /** Slides the entries down when half of the slots are forgotten ones, else doubles the slots. Returns the next free slot. */
  #makeRoom(): number {
    const forgotten = this.#min - this.#base
    const capacity = forgotten >= this.#sizes.length / 2 ? this.#sizes.length : this.#sizes.length * 2
    this.#physicalOffsets = moved(this.#physicalOffsets, new Float64Array(capacity), forgotten)
    this.#sizes = moved(this.#sizes, new Int32Array(capacity), forgotten)
    this.#tagsCodes = moved(this.#tagsCodes, new Float64Array(capacity), forgotten)
    this.#base = this.#min
    return this.#end - this.#base
  }
}

function moved<T extends Float64Array | Int32Array>(from: T, to: T, firstSlot: number): T {
  to.set(from.subarray(firstSlot))
  return to
}
