import type { RecoveryProgress, StoreError } from '@rocketmq-ts/store'
import { CodedError, realClock } from 'net-ts-protocol-kit'
import type { ServerOptions } from '../server-options'
import type { ServerStoreOptions } from '../server-store'
import { given } from './given'
import type { CliSurroundings } from './surroundings'

/** Arguments that say where messages live, for `parseArgs`. */
export const STORE_ARGUMENTS = {
  store: { type: 'string' },
  memory: { type: 'boolean' },
  flush: { type: 'string' },
  'file-size': { type: 'string' }
} as const

export interface StoreArguments {
  readonly store?: string | undefined
  readonly memory?: boolean | undefined
  readonly flush?: string | undefined
  readonly 'file-size'?: string | undefined
}

/** What a store tells while it is open. */
export interface StoreEvents {
  /** The disk has failed: nothing more can be stored. */
  readonly onFailure: (failure: StoreError) => void
}

/** Where messages live unless something is said. */
const DEFAULT_DIRECTORY = 'rocketmq-store'

type StoreOptions = Pick<ServerOptions, 'storeDirectory' | 'storeOptions' | 'files'>

/** The options that the arguments mean. */
export function storeOptions(values: StoreArguments, around: CliSurroundings, events: StoreEvents): StoreOptions {
  if (values.memory === true) return inMemory(values)
  if (values.store === '') throw illegal('--store must name a directory')
  return {
    storeDirectory: around.resolvePath(values.store ?? DEFAULT_DIRECTORY),
    storeOptions: {
      onFailure: events.onFailure,
      onProgress: progressPrinter(around),
      ...given('flush', flush(values.flush)),
      ...given('commitLogFileBytes', bytes('--file-size', values['file-size']))
    },
    ...given('files', around.files)
  }
}

function inMemory(values: StoreArguments): StoreOptions {
  const other = (['store', 'flush', 'file-size'] as const).find((name) => values[name] !== undefined)
  if (other !== undefined) throw illegal(`--${other} has no meaning with --memory`)
  return {}
}

const FLUSH_MODES = { async: 'ASYNC_FLUSH', sync: 'SYNC_FLUSH' } as const

function flush(text: string | undefined): ServerStoreOptions['flush'] {
  if (text === undefined) return undefined
  if (text === 'async' || text === 'sync') return FLUSH_MODES[text]
  throw illegal(`--flush must be async or sync, not "${text}"`)
}

const UNITS: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

function bytes(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d{1,10})([kmg]?)$/i.exec(text) ?? []
  const value = Number(number) * (UNITS[unit.toLowerCase()] ?? 0)
  if (number !== '' && value > 0) return value
  throw illegal(`${option} must be a number of bytes, such as 67108864, 64m or 1g, not "${text}"`)
}

const PROGRESS_EVERY_MS = 2000
const GIB = 1024 ** 3

/** Says how far a recovery is that takes longer than one would wait without a word. */
function progressPrinter(around: CliSurroundings): (progress: RecoveryProgress) => void {
  const { clock = realClock } = around
  let saidAt = clock.monotonic()
  return ({ doneBytes, totalBytes }) => {
    const now = clock.monotonic()
    if (now - saidAt < PROGRESS_EVERY_MS) return
    saidAt = now
    around.print(`recovering the store: ${(doneBytes / GIB).toFixed(1)} of ${(totalBytes / GIB).toFixed(1)} GiB`)
  }
}

function illegal(problem: string): CodedError {
  return new CodedError('OPTION_INVALID', problem)
}
