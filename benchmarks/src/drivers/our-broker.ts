import { startServer } from '@rocketmq-ts/server'
import { DiskMessageStore, type FlushMode, MemoryMessageStore, type MessageStore, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock, realNetwork } from 'net-ts-protocol-kit'
import { CountingNetwork } from './counting-network'
import { CountingStore } from './counting-store'
import { refuse, serveCommands } from './serve-commands'

/** A store, and how often its log has been written. */
interface CountedStore {
  readonly store: MessageStore
  logWrites(): number
}

/**
 * Our nameserver and broker, socket and log writes counted. Arguments: directory and flush mode of a store on disk with default options;
 * without them the store is in memory, with its default size.
 */
async function main(directory: string | undefined, flush: string | undefined): Promise<void> {
  const network = new CountingNetwork(realNetwork)
  const { store, logWrites } = directory === undefined ? inMemory() : onDisk(directory, flush === 'SYNC_FLUSH' ? flush : 'ASYNC_FLUSH')
  const server = await startServer({ nameserverPort: 0, brokerPort: 0, network, store })
  serveCommands(
    { nameserver: server.nameserverAddress, broker: server.brokerAddress },
    { counters: () => ({ socketWrites: network.writes, logWrites: logWrites() }) }
  )
}

/** Counts commits: each would be one write of all that is in it. */
function inMemory(): CountedStore {
  const memory = new MemoryMessageStore({ now: () => realClock.now(), defer: (callback) => realClock.defer(callback) })
  const store = new CountingStore(memory)
  return { store, logWrites: () => store.logWrites }
}

/** Counts calls to the system. */
function onDisk(directory: string, flush: FlushMode): CountedStore {
  const store = new DiskMessageStore({ directory, flush, files: nodeStoreFiles, clock: realClock })
  return { store, logWrites: () => store.stats.writes }
}

main(process.argv[2], process.argv[3]).catch(refuse)
