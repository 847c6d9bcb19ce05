// `node our-broker-process.mjs <options of the store as JSON>`: our servers on a store directory, as a process that can be killed.
// Prints what the store's recovery found, and the broker's address when it serves; SIGTERM ends it in order.
import { startServer } from '@rocketmq-ts/server'
import { DiskMessageStore, nodeStoreFiles } from '@rocketmq-ts/store'
import { realClock } from 'net-ts-protocol-kit'

const report = (level) => (message, facts) => console.error(level, message, facts === undefined ? '' : JSON.stringify(facts))
const logger = { debug: () => {}, info: () => {}, warn: report('warn'), error: report('error') }
// However full this machine's disk is.
const disk = { deleteAboveDiskUse: 1, forceDeleteAboveDiskUse: 1, refuseAboveDiskUse: 1 }
const options = JSON.parse(process.argv[2])
const store = new DiskMessageStore({ ...disk, ...options, files: nodeStoreFiles, clock: realClock, logger })
const server = await startServer({ nameserverPort: 0, brokerPort: 0, store, logger })
console.log(`recovery ${JSON.stringify(store.recovery)}`)
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
