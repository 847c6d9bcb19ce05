// `node our-broker-process.mjs <options of the store as JSON>`: our servers on a store directory, as a process that can be killed.
// Prints the broker's address when it serves; SIGTERM ends it in order.
import { startServer } from '@rocketmq-ts/server'
import { DiskMessageStore, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'

const report = (level) => (message, facts) => console.error(level, message, facts === undefined ? '' : JSON.stringify(facts))
const logger = { debug: () => {}, info: () => {}, warn: report('warn'), error: report('error') }
const options = JSON.parse(process.argv[2])
const store = new DiskMessageStore({ ...options, files: nodeStoreFiles, clock: realClock, logger })
const server = await startServer({ nameserverPort: 0, brokerPort: 0, store, logger })
console.log(`broker ${server.brokerAddress}`)
process.once('SIGTERM', () => {
  server.close().then(
    () => process.exit(0),
    (error) => {
      console.error(error)
      process.exit(1)
    }
  )
})
