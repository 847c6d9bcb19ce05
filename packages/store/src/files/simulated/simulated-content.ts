import { copyOf, PagedBytes } from './paged-bytes'
import type { SeededChoices } from './seeded-choices'

/** What a power cut leaves of what was not synced: all of it, none, or whatever the choices say. */
export type Survival = 'all' | 'none' | SeededChoices

/** What a disk writes as a whole. */
const SECTOR_BYTES = 512

/** A change that is in the page cache, and perhaps on the disk. */
interface Change {
  readonly number: number
  readonly position: number
  /** `undefined`: only the size changed. */
  readonly bytes: Uint8Array | undefined
  readonly sizeBefore: number
  readonly sizeAfter: number
  /** The sync that should have saved it failed: the system forgets that it has to be written, and the next sync succeeds without it. */
  isLost: boolean
}

/** A file's content as programs see it and as it is on the disk, and the changes between. */
export class SimulatedContent {
  modifiedAt = 0
  /** Whether a name leads to it: only then it takes space. */
  isLinked = true
  #now = new PagedBytes()
  #onDisk = new PagedBytes()
  #unsynced: Change[] = []
  #changes = 0

  get size(): number {
    return this.#now.size
  }

  get allocatedBytes(): number {
    return this.#now.allocatedBytes
  }

  isAllocated(page: number): boolean {
    return this.#now.isAllocated(page)
  }

  read(target: Uint8Array, position: number): number {
    return this.#now.read(target, position)
  }

  write(source: Uint8Array, position: number): void {
    const sizeBefore = this.size
    this.#now.write(source, position)
    this.#note(position, copyOf(source), sizeBefore)
  }

  truncate(size: number): void {
    const sizeBefore = this.size
    this.#now.truncate(size)
    this.#note(0, undefined, sizeBefore)
  }

  /** Number of the newest change: what a sync that begins now will save. */
  get lastChange(): number {
    return this.#changes
  }

  /** A sync that began when `lastChange` was so much has ended. */
  syncUpTo(number: number): void {
    const saved = this.#unsynced.filter((change) => change.number <= number)
    this.#unsynced = this.#unsynced.filter((change) => change.number > number)
    for (const change of saved) applyTo(this.#onDisk, change)
  }

  /** A sync has failed. */
  loseUnsynced(): void {
    for (const change of this.#unsynced) change.isLost = true
  }

  /** Changes bytes on the disk itself, behind the back of whoever has the file open. */
  damage(change: (bytes: PagedBytes) => void): void {
    change(this.#now)
    change(this.#onDisk)
  }

  copy(): SimulatedContent {
    const copy = this.#with(this.#now.share(), this.#onDisk.share())
    copy.#unsynced = this.#unsynced.map((change) => ({ ...change }))
    copy.#changes = this.#changes
    return copy
  }

  /** The file that is found when the power is back. */
  afterPowerCut(survival: Survival): SimulatedContent {
    const left = this.#onDisk.share()
    if (survival === 'all') for (const change of this.#unsynced) applyTo(left, change)
    else if (survival !== 'none') applySome(left, this.#unsynced, survival)
    return this.#with(left, left.share())
  }

  #with(now: PagedBytes, onDisk: PagedBytes): SimulatedContent {
    const made = new SimulatedContent()
    made.#now = now
    made.#onDisk = onDisk
    made.modifiedAt = this.modifiedAt
    made.isLinked = this.isLinked
    return made
  }

  #note(position: number, bytes: Uint8Array | undefined, sizeBefore: number): void {
    this.#changes++
    this.#unsynced.push({ number: this.#changes, position, bytes, sizeBefore, sizeAfter: this.size, isLost: false })
  }
}

function applyTo(onDisk: PagedBytes, { position, bytes, sizeAfter, isLost }: Change): void {
  if (bytes !== undefined && !isLost) onDisk.write(bytes, position)
  onDisk.truncate(sizeAfter)
}

/** Sectors survive in any selection; sizes, which are in the file system's journal, up to some change. */
function applySome(onDisk: PagedBytes, changes: readonly Change[], choices: SeededChoices): void {
  const sizes = changes.filter((change) => change.sizeAfter !== change.sizeBefore)
  const lastSize = sizes[choices.below(sizes.length + 1) - 1]?.number ?? 0
  const sectors = sectorChoice(changes, choices)
  let { size } = onDisk
  for (const change of changes) {
    if (change.bytes !== undefined && !change.isLost) writeSectors(onDisk, change.position, change.bytes, () => sectors(change))
    if (change.number > lastSize) continue
    size = change.sizeAfter
    onDisk.truncate(size)
  }
  onDisk.truncate(size)
}

/** Either all up to a moment, in the middle of a write, or each sector by chance: few, half or most of them. */
function sectorChoice(changes: readonly Change[], choices: SeededChoices): (change: Change) => boolean {
  const share = choices.below(4)
  if (share > 0) return () => choices.chance([0.1, 0.5, 0.9][share - 1] ?? 0.5)
  const torn = (changes[0]?.number ?? 0) + choices.below(changes.length + 1)
  let isTorn = false
  return ({ number }) => {
    if (number !== torn) return number < torn
    isTorn ||= choices.chance(0.2)
    return !isTorn
  }
}

function writeSectors(onDisk: PagedBytes, position: number, bytes: Uint8Array, survives: () => boolean): void {
  for (let start = 0; start < bytes.length; ) {
    const end = Math.min(bytes.length, start + SECTOR_BYTES - ((position + start) % SECTOR_BYTES))
    if (survives()) onDisk.write(bytes.subarray(start, end), position + start)
    start = end
  }
}
