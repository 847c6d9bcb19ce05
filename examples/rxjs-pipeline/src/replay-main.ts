import { connect } from '@rocketmq-ts/client'
import { replay, settle } from '@rocketmq-ts/rxjs'
import { lastValueFrom, toArray } from 'rxjs'
import { calibrate, summarise } from './pipeline.js'
import { Readings } from './readings.js'

const HOUR_MS = 60 * 60 * 1000

/** The readings of the last hour once more, as they are stored. It joins no group and commits nothing. */
const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
const stored = replay(mq, { subscriptions: [{ topic: Readings }], from: { timestampMs: Date.now() - HOUR_MS } })
const readings = await lastValueFrom(
  stored.pipe(
    settle(({ value }) => calibrate(value), { concurrency: 16, ordered: true, onError: 'skip' }),
    toArray()
  )
)
for (const { sensor, count, meanCelsius } of summarise(readings)) console.log(`${sensor} ${count} readings ${meanCelsius} °C`)
await mq.close()
