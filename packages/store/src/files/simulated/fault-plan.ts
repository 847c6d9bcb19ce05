import { FileError } from '../file-error'

/** One call to the disk. */
export interface FileOperation {
  /** 1 for the first. */
  readonly number: number
  readonly name: FileOperationName
  readonly path: string
}

export type FileOperationName =
  | 'open'
  | 'stat'
  | 'list'
  | 'make directory'
  | 'rename'
  | 'remove'
  | 'sync directory'
  | 'space'
  | 'size'
  | 'read'
  | 'write'
  | 'truncate'
  | 'sync'

/** A failure that was asked for. */
export interface PlannedFailure {
  /** Operations that it made fail. */
  readonly failed: readonly FileOperation[]
  cancel(): void
}

/** Why an operation is to fail, such as `EIO`; `undefined` to let it succeed. */
export type FailureChoice = (operation: FileOperation) => string | undefined

/** Counts the operations of a simulated disk, makes some fail, and holds up some. */
export class FaultPlan {
  readonly operations: FileOperation[] = []
  readonly #failures = new Set<FailureChoice>()
  readonly #watchers = new Set<(operation: FileOperation) => void>()
  #holds: ((operation: FileOperation) => boolean) | undefined
  #held: { readonly operation: FileOperation; readonly go: () => void }[] = []

  /** An operation begins. */
  begin(name: FileOperationName, path: string): FileOperation {
    const operation: FileOperation = { number: this.operations.length + 1, name, path }
    this.operations.push(operation)
    for (const watcher of this.#watchers) watcher(operation)
    return operation
  }

  /** What the operation is to fail with; every plan is asked. */
  failureOf(operation: FileOperation): FileError | undefined {
    const reason = [...this.#failures].map((choice) => choice(operation)).find((choice) => choice !== undefined)
    return reason === undefined ? undefined : new FileError(operation.name, operation.path, reason)
  }

  fail(choice: FailureChoice): PlannedFailure {
    const failed: FileOperation[] = []
    const noted: FailureChoice = (operation) => {
      const reason = choice(operation)
      if (reason !== undefined) failed.push(operation)
      return reason
    }
    this.#failures.add(noted)
    return { failed, cancel: () => void this.#failures.delete(noted) }
  }

  watch(watcher: (operation: FileOperation) => void): () => void {
    this.#watchers.add(watcher)
    return () => void this.#watchers.delete(watcher)
  }

  hold(matches: (operation: FileOperation) => boolean): void {
    this.#holds = matches
  }

  get held(): readonly FileOperation[] {
    return this.#held.map(({ operation }) => operation)
  }

  /** Lets the oldest `count` go on; those that come later are held as before. */
  releaseSome(count: number): void {
    for (const { go } of this.#held.splice(0, count)) go()
  }

  release(): void {
    this.#holds = undefined
    this.releaseSome(this.#held.length)
  }

  /** Settles when an operation off the event loop may end. */
  passage(operation: FileOperation): Promise<void> {
    if (this.#holds?.(operation) !== true) return Promise.resolve()
    return new Promise((go) => {
      this.#held.push({ operation, go })
    })
  }
}
