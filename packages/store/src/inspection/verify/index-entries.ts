import { timeDiffOf } from '../../disk/index-files/index-entry'
import { isIndexFileName } from '../../disk/index-files/index-file-name'
import { type IndexFileContent, readIndexFile, type StoredIndexEntry } from '../../disk/index-files/read-index-file'
import { isGone } from '../again-when-gone'
import type { InspectedStore } from '../inspected-store'
import type { LogTail } from '../log-tail'
import type { CheckContext } from './check-context'
import type { Findings } from './finding'
import { IndexSlots } from './index-slots'

/** An entry, and where it is. */
export interface PlacedEntry extends StoredIndexEntry {
  readonly path: string
  readonly beginTimestamp: number
}

/** All entries of an index, file by file; what is wrong with a file in itself is a finding. Entries out of order are left out. */
export class IndexEntries {
  readonly counts = { files: 0, entries: 0 }
  readonly #store: InspectedStore
  readonly #findings: Findings
  readonly #tail: LogTail

  constructor({ store, findings, tail }: Pick<CheckContext, 'store' | 'findings' | 'tail'>) {
    this.#store = store
    this.#findings = findings
    this.#tail = tail
  }

  /** Names of the files, ascending. */
  get names(): readonly string[] {
    return this.#store.files.list(this.#store.path('index')).filter(isIndexFileName)
  }

  /** In the order of their records. Rejects with a FileError. */
  async *inOrder(): AsyncGenerator<PlacedEntry> {
    let held: PlacedEntry | undefined
    for await (const entry of this.#all()) {
      // One that is behind the next one is wrong: it would hide all that are before it in the log.
      if (held !== undefined && held.physicalOffset <= entry.physicalOffset) yield held
      else if (held !== undefined) this.wrong(held, `leads to log offset ${held.physicalOffset}, the next one to ${entry.physicalOffset}`)
      held = entry
    }
    if (held !== undefined) yield held
  }

  wrong({ path, number, physicalOffset }: PlacedEntry, what: string): void {
    this.#findings.add({ kind: 'index-wrong', severity: 'wrong', text: `${path} entry ${number} ${what}`, path, physicalOffset })
  }

  async *#all(): AsyncGenerator<PlacedEntry> {
    const { indexSlots, indexEntries } = this.#store.options
    for (const name of this.names) {
      const path = `index/${name}`
      try {
        const found = readIndexFile(this.#store.files, this.#store.path(path), { slots: indexSlots, entries: indexEntries })
        if ('problem' in found) this.#unreadable(name, path, found.problem)
        else yield* this.#entriesOf(found, path)
      } catch (error) {
        // Retention took it; it was of records that are gone.
        if (!isGone(error)) throw error
      }
    }
  }

  #unreadable(name: string, path: string, problem: string): void {
    // It has just been made, and given no length yet.
    const isNew = name === this.names.at(-1) && this.#store.files.stat(this.#store.path(path))?.bytes === 0
    const isPassing = isNew && Number.isFinite(this.#tail.from)
    const text = `${path}: ${problem}${isPassing ? `: ${this.#tail.remedy}` : ''}`
    this.#findings.add({ kind: 'index-unreadable', severity: isPassing ? 'passing' : 'wrong', text, path })
  }

  async *#entriesOf({ geometry, header, entries }: IndexFileContent, path: string): AsyncGenerator<PlacedEntry> {
    this.counts.files++
    const slots = new IndexSlots(geometry)
    let isRight = true
    for await (const entry of entries()) {
      this.counts.entries++
      const placed = { ...entry, path, beginTimestamp: header.beginTimestamp }
      // One wrong link makes those behind it look wrong.
      const leadsRight = slots.take(entry)
      if (!leadsRight && isRight) this.wrong(placed, `leads to entry ${entry.previous}, which is not the one before it in its slot`)
      isRight &&= leadsRight
      yield placed
    }
    // While a broker is at work, its slots and its header are of two moments.
    if (isRight && !this.#store.isOpen) await this.#checkSlots(slots, path, header.indexCount)
  }

  async #checkSlots(slots: IndexSlots, path: string, end: number): Promise<void> {
    const { wrong, ahead } = await slots.wrongSlots(this.#store.files, this.#store.path(path), end)
    // Entries come in while slots are written: the header counts them with the next write.
    const isPassing = Number.isFinite(this.#tail.from)
    const count = isPassing ? wrong : wrong + ahead
    if (count > 0) {
      const text = `${path}: ${count} slots do not lead to their newest entry`
      this.#findings.add({ kind: 'index-wrong', severity: 'wrong', text, path, count })
    }
    if (!isPassing || ahead === 0) return
    const text = `${path}: ${ahead} slots lead to entries that are not written yet: ${this.#tail.remedy}`
    this.#findings.add({ kind: 'index-missing', severity: 'passing', text, path, count: ahead })
  }
}

/** Whether the entry's time is that of a record. */
export function hasTimeOf({ number, timeMs, beginTimestamp }: PlacedEntry, storeTimestamp: number): boolean {
  return number === 1 || timeMs === beginTimestamp + timeDiffOf(beginTimestamp, storeTimestamp) * 1000
}
