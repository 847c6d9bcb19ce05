import { DiskMessageStore, type DiskMessageStoreOptions, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'

/** A store on the real disk with default options but for those that are given, started. */
export async function openedStore(
  directory: string,
  options: Omit<DiskMessageStoreOptions, 'directory' | 'files' | 'clock'> = {}
): Promise<DiskMessageStore> {
  const store = new DiskMessageStore({ ...options, directory, files: nodeStoreFiles, clock: realClock })
  await store.start()
  return store
}

/** The event loop goes round once, as between the reads of a broker. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

/** Bytes in so many milliseconds, as MiB per second. */
export function mebibytesPerSecond(bytes: number, milliseconds: number): number {
  return bytes / 2 ** 20 / (milliseconds / 1000)
}
