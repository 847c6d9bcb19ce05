import { connect } from '@rocketmq-ts/client'
import { sendSales } from './sales'

async function main(): Promise<void> {
  const count = Number(process.argv[2] ?? 300)
  const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
  await sendSales(mq, count)
  await mq.close()
  console.log(`sold ${count}`)
}

void main()
