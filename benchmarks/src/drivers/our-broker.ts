import { startServer } from '@rocketmq-ts/server'
import { MemoryMessageStore } from '@rocketmq-ts/store'
import { realClock, realNetwork } from 'net-ts-protocol-kit'
import { CountingNetwork } from './counting-network'
import { CountingStore } from './counting-store'
import { refuse, serveCommands } from './serve-commands'

/** Our nameserver and broker, the store in memory with its default size, socket and log writes counted. */
async function main(): Promise<void> {
  const network = new CountingNetwork(realNetwork)
  const memory = new MemoryMessageStore({ now: () => realClock.now(), defer: (callback) => realClock.defer(callback) })
  const store = new CountingStore(memory)
  const server = await startServer({ nameserverPort: 0, brokerPort: 0, network, store })
  serveCommands(
    { nameserver: server.nameserverAddress, broker: server.brokerAddress },
    { counters: () => ({ socketWrites: network.writes, logWrites: store.logWrites }) }
  )
}

main().catch(refuse)
