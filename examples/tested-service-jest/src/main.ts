import { randomUUID } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { connect } from '@rocketmq-ts/client'
import { SampleBank } from './bank'
import { OrderService } from './order-service'

/** The service against a real cluster: one order that is paid, one whose card is stolen. The tests are the point here. */
async function main(): Promise<void> {
  const stop = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort())
  const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
  const service = new OrderService(mq, new SampleBank())
  const [paid, refused] = [`order-${randomUUID()}`, `order-${randomUUID()}`]
  for (const orderId of [paid, refused]) await service.reserve(orderId, 4200)
  await service.pay(paid, 'good')
  await service.pay(refused, 'stolen')
  await service.start()
  const isSettled = (): boolean => [paid, refused].every((orderId) => service.statusOf(orderId) !== 'reserved')
  while (!isSettled() && !stop.signal.aborted) await pause(50)
  console.log(`${paid} ${service.statusOf(paid)}`)
  console.log(`${refused} ${service.statusOf(refused)}`)
  await mq.close()
}

main().catch((error: unknown) => {
  console.error(error)
  process.exit(1)
})
