import { FileError, isDiskFull } from '../../files/file-error'
import { makeDurableDirectory } from '../../files/make-durable-directory'
import type { ProcessIdentity } from '../../files/store-files'
import { writeFully } from '../../files/write-fully'
import { StoreError } from '../../store-error'
import type { ResolvedDiskOptions } from '../disk-options'
import { type Claim, firstRival, newClaim } from './claim'
import { isRunning, isSameProcess, readProcess, writeProcess } from './process-record'

/** How often, and how many milliseconds apart, is looked whether a rival that has to give way has done so. */
const LOOKS = 50
const LOOK_EVERY_MS = 20

/**
 * Keeps a second process, or a second store of this one, away from a store's files, by `rocketmq-ts/owner.json`. One that a process left
 * behind which has ended is taken over. Processes of other machines, or of containers with process numbers of their own, are not seen.
 *
 * There is no step that two starters could both win. Each first writes a claim of its own, then looks for claims of others, then for an
 * owner, and only then renames its claim to `owner.json`: of two, the one that looked last has seen the claim of the other, or, when that
 * was renamed before, its `owner.json`. Of two claims the one whose name is first in order waits until the other has given way.
 *
 * An official broker is known by its lock on the file `lock` (read in store/…/DefaultMessageStore.java, `start`). It does not look at
 * `owner.json`: nothing keeps one from being started on a store that we have open.
 */
export class StoreOwner {
  readonly #options: OwnerOptions
  readonly #path: string
  #isReleased = false

  private constructor(options: OwnerOptions) {
    this.#options = options
    this.#path = `${options.directory}/rocketmq-ts/owner.json`
  }

  /**
   * Makes the store's directory when it is missing, and this process its owner.
   *
   * Rejects with a StoreError: `STORE_IN_USE` naming process and directory, `STORE_READ_ONLY` naming the path and the system's word,
   * `STORE_NOT_WRITABLE` when the disk is full.
   */
  static async take(options: OwnerOptions): Promise<StoreOwner> {
    const owner = new StoreOwner(options)
    try {
      await owner.#take()
      return owner
    } catch (error) {
      throw error instanceof FileError ? refusal(options.directory, error) : error
    }
  }

  /** Leaves the store to the next. Never throws: what is left behind by a failing disk is this process's until it ends. */
  release(): void {
    const { files, logger } = this.#options
    // It may be that of another store of this process by now.
    if (this.#isReleased) return
    try {
      const owner = readProcess(files, this.#path)
      if (owner !== undefined && isSameProcess(owner, files.self)) files.remove(this.#path)
      this.#isReleased = true
    } catch (error) {
      logger.warn('the store could not be left: it can be opened again when this process has ended', { path: this.#path, error })
    }
  }

  async #take(): Promise<void> {
    const { files, directory } = this.#options
    this.#refuseOfficialBroker()
    this.#refuseOwner()
    makeDurableDirectory(files, `${directory}/rocketmq-ts`)
    const claim = newClaim(files.self)
    const claimPath = `${directory}/rocketmq-ts/${claim.name}`
    try {
      writeProcess(files, claimPath, files.self)
      await this.#outlast(claim)
      this.#refuseOwner()
      this.#makeLockFile()
      files.rename(claimPath, this.#path)
    } catch (error) {
      this.#withdraw(claimPath)
      throw error
    }
  }

  /** Waits until nobody else wants the store. */
  async #outlast(claim: Claim): Promise<void> {
    const { files, directory } = this.#options
    for (let looks = 1; ; looks++) {
      const rival = firstRival(files, `${directory}/rocketmq-ts`, claim)
      if (rival === undefined) return
      if (rival.name < claim.name || looks === LOOKS) throw this.#inUse(rival.process)
      await this.#pause()
    }
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.setTimeout(resolve, LOOK_EVERY_MS)
    })
  }

  #withdraw(claimPath: string): void {
    try {
      this.#options.files.remove(claimPath)
    } catch (error) {
      this.#options.logger.debug('a claim on the store could not be withdrawn', { path: claimPath, error })
    }
  }

  #refuseOwner(): void {
    const { files } = this.#options
    const owner = readProcess(files, this.#path)
    if (owner !== undefined && isRunning(files, owner)) throw this.#inUse(owner)
  }

  #refuseOfficialBroker(): void {
    const { files, directory } = this.#options
    const path = `${directory}/lock`
    const pid = files.lockHolders(path).find((holder) => holder !== files.self.pid)
    if (pid === undefined) return
    throw new StoreError('STORE_IN_USE', `process ${pid}, an official broker, holds the lock of the store in ${directory}`, {
      directory,
      pid,
      path
    })
  }

  /** As official brokers leave it, so that they find the directory as they know it. */
  #makeLockFile(): void {
    const { files, directory } = this.#options
    const path = `${directory}/lock`
    if (files.stat(path) !== undefined) return
    const file = files.open(path, 'create')
    try {
      writeFully(file, Buffer.from('lock'), 0)
    } finally {
      file.close()
    }
  }

  #inUse({ pid }: ProcessIdentity): StoreError {
    const { files, directory } = this.#options
    const who = pid === files.self.pid ? `this process, ${pid},` : `process ${pid}`
    return new StoreError('STORE_IN_USE', `${who} has the store in ${directory} open: close it there first`, {
      directory,
      pid,
      path: this.#path
    })
  }
}

type OwnerOptions = Pick<ResolvedDiskOptions, 'directory' | 'files' | 'clock' | 'logger'>

function refusal(directory: string, cause: FileError): StoreError {
  const { path, reason } = cause
  const facts = { directory, path, reason }
  if (isDiskFull(cause))
    return new StoreError('STORE_NOT_WRITABLE', `the disk of the store in ${directory} is full: ${reason}`, facts, cause)
  return new StoreError('STORE_READ_ONLY', `the store in ${directory} cannot be written: ${cause.message}`, facts, cause)
}
