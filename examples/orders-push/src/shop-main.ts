import { connect } from '@rocketmq-ts/client'
import { placeOrders } from './shop.js'

const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
await placeOrders(mq, Number(process.argv[2] ?? 12))
await mq.close()
