import { connect } from '@rocketmq-ts/client'
import { Bank } from './bank.js'
import { type Fate, startBilling } from './billing.js'
import { startHealth } from './health.js'
import { placeOrders } from './shop.js'

const isOnce = process.argv.includes('--once')
const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
const fates = new Map<string, Fate>()
const bank = new Bank()
let isEnding = false

// Placed first, so that the topic is there when the consumer looks for it, should brokers create topics by themselves.
const placed = isOnce ? await placeOrders(mq, 12) : []

const billing = startBilling(mq, bank, (orderId, fate) => {
  fates.set(orderId, fate)
  if (isOnce && placed.every(({ id }) => fates.has(id))) void end('every order is settled')
})
billing.done.catch((error: unknown) => {
  console.error(error) // the broker refuses this group or its subscription: nothing that time could heal
  process.exit(1)
})
const health = await startHealth(mq, process.env['HEALTH_HOST'] ?? '127.0.0.1', Number(process.env['HEALTH_PORT'] ?? 8080))

process.once('SIGTERM', () => void end('SIGTERM'))
process.once('SIGINT', () => void end('SIGINT'))

billing.ready.then(
  () => console.log(`billing reads ${billing.queues.length} queues`),
  () => undefined // closed before it was ready
)

/** Takes no more messages, lets the handlers finish, commits, leaves the group. Then nothing keeps the process. */
async function end(why: string): Promise<void> {
  if (isEnding) return
  isEnding = true
  console.log(`${why}: closing`)
  const left = await mq.close({ timeoutMs: 10_000 })
  health.close()
  const count = (fate: Fate): number => [...fates.values()].filter((one) => one === fate).length
  console.log(`billed ${count('billed')}, dead letters ${count('dead letter')}, charged ${bank.chargedCents}`)
  console.log(left.isComplete ? 'closed, nothing was left' : `closed, left for the next: ${JSON.stringify(left)}`)
  if (!left.isComplete) process.exit(1) // a handler that hangs does not keep the process either
}
