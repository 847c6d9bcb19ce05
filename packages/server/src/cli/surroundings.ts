import type { StoreFiles } from '@rocketmq-ts/store'
import type { Clock, Network } from 'net-ts-protocol-kit'

/** The process around a command line. */
export interface CliSurroundings {
  readonly version: string
  print(line: string): void
  printError(line: string, facts?: object): void
  /** Calls back at each request to end (Ctrl-C, SIGTERM). */
  onEnd(listener: () => void): void
  /** Ends the process without further ado. */
  abort(): void
  /** Makes a path absolute. */
  resolvePath(path: string): string
  /** Default: the real ones. */
  readonly clock?: Clock
  readonly network?: Network
  readonly files?: StoreFiles
}
