import {
  DiskMessageStore,
  type DiskMessageStoreOptions,
  MemoryMessageStore,
  type MessageStore,
  nodeStoreFiles,
  type StoreFiles
} from '@rocketmq-ts/store'
import type { Clock, Logger } from 'net-ts-protocol-kit'

/** How messages are kept in a directory: all that the store lets one choose and the server does not decide. */
export type ServerStoreOptions = Omit<
  DiskMessageStoreOptions,
  'directory' | 'files' | 'clock' | 'logger' | 'delayLevels' | 'maxMessageBytes'
>

/** What decides where messages live. */
export interface StoreChoice {
  readonly store?: MessageStore
  readonly storeDirectory?: string
  readonly storeOptions?: ServerStoreOptions
  readonly files?: StoreFiles
  readonly delayLevels?: string
  readonly limits?: { readonly maxMessageBytes?: number }
}

/** What is wrong with the choice, if anything, and with which option. */
export function storeProblem({ store, storeDirectory, storeOptions, files }: StoreChoice): readonly [string, string] | undefined {
  if (store !== undefined && storeDirectory !== undefined) return ['storeDirectory', 'messages live in the store that is given']
  if (storeDirectory === '') return ['storeDirectory', 'must be a path']
  if (storeDirectory !== undefined) return undefined
  if (storeOptions !== undefined) return ['storeOptions', 'only a storeDirectory has some']
  return files === undefined ? undefined : ['files', 'only a storeDirectory needs them']
}

/** @throws StoreError `OPTION_INVALID` naming an option of the store. */
export function storeOf(choice: StoreChoice, clock: Clock, logger: Logger): MessageStore {
  const { store, storeDirectory: directory, storeOptions, files = nodeStoreFiles, delayLevels, limits } = choice
  if (store !== undefined) return store
  if (directory === undefined) return new MemoryMessageStore({ now: () => clock.now(), defer: (callback) => clock.defer(callback) })
  const { maxMessageBytes } = limits ?? {}
  return new DiskMessageStore({
    ...storeOptions,
    directory,
    files,
    clock,
    logger,
    // Queues of delayed messages are rebuilt with them.
    ...(delayLevels === undefined ? {} : { delayLevels }),
    ...(maxMessageBytes === undefined ? {} : { maxMessageBytes })
  })
}
