import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from '@jest/globals'
import { DiskMessageStore, type DiskMessageStoreOptions, nodeStoreFiles, SimulatedStoreFiles } from '../../src'
import { type ContractOptions, storeContract } from '../store-contract'

const directories: string[] = []
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true })
})

/** Small files: every few records begin a new one. */
const SMALL = { commitLogFileBytes: 256 * 1024, consumeQueueFileEntries: 64, indexSlots: 64, indexEntries: 256, zeroAheadBytes: 16 * 1024 }

function onSimulatedDisk(given: ContractOptions, more: Partial<DiskMessageStoreOptions> = {}): DiskMessageStore {
  return new DiskMessageStore({ directory: '/store', files: new SimulatedStoreFiles(), ...timing(given), ...more })
}

function onRealDisk(given: ContractOptions, more: Partial<DiskMessageStoreOptions> = {}): DiskMessageStore {
  const directory = mkdtempSync(join(tmpdir(), 'store-'))
  directories.push(directory)
  return new DiskMessageStore({ directory, files: nodeStoreFiles, ...timing(given), ...more })
}

/** No timer fires while a row of the contract runs. */
function timing({ now, defer, maxMessageBytes }: ContractOptions): Pick<DiskMessageStoreOptions, 'clock' | 'maxMessageBytes'> {
  return { clock: { now, monotonic: now, defer, setTimeout: () => ({ cancel: () => {} }) }, maxMessageBytes }
}

storeContract('the store on disk', onSimulatedDisk, { isSealed: true })
storeContract('the store on disk, in small files', (given) => onSimulatedDisk(given, SMALL), { isSealed: true })
storeContract('the store on disk, without a checksum of each record', (given) => onSimulatedDisk(given, { ...SMALL, recordCrc: false }))
storeContract('the store on disk that syncs each commit', (given) => onSimulatedDisk(given, { ...SMALL, flush: 'SYNC_FLUSH' }), {
  isSealed: true
})
storeContract('the store on a real disk', (given) => onRealDisk(given, SMALL), { isSealed: true })
