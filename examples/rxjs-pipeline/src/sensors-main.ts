import { connect } from '@rocketmq-ts/client'
import { count, lastValueFrom } from 'rxjs'
import { readings } from './sensors.js'

const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
const sent = await lastValueFrom(readings(mq.producer({ group: 'sensors' }), Number(process.argv[2] ?? 400)).pipe(count()))
console.log(`sent ${sent} readings`)
await mq.close()
