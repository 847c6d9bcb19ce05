import { connect } from '@rocketmq-ts/client'
import { lag$, status$ } from '@rocketmq-ts/rxjs'
import { distinctUntilChanged, fromEvent, lastValueFrom, map, merge, scan, takeWhile, tap } from 'rxjs'
import { summaries } from './pipeline.js'
import { readings } from './sensors.js'

const isOnce = process.argv.includes('--once')
const mq = await connect({ nameservers: process.env['ROCKETMQ_NAMESERVERS'] ?? '127.0.0.1:9876' })
const producer = mq.producer({ group: 'sensor-summaries' })
const stop = merge(fromEvent(process, 'SIGTERM'), fromEvent(process, 'SIGINT'))

const states = status$(mq).pipe(
  map(({ state }) => state),
  distinctUntilChanged()
)
states.subscribe((state) => console.log(`client ${state}`))
lag$(mq, { group: 'sensor-summary', everyMs: 5000 }).subscribe(({ total }) => console.log(`behind by ${total}`))

if (isOnce) readings(producer, 400).subscribe({ complete: () => console.log('sent 400 readings, 8 of them broken') })

const count = await lastValueFrom(
  summaries(mq, producer, stop).pipe(
    tap(({ sensor, firstNumber, lastNumber, meanCelsius }) => console.log(`${sensor} #${firstNumber}-${lastNumber} ${meanCelsius} °C`)),
    scan((sum, summary) => sum + summary.count, 0),
    takeWhile((sum) => !isOnce || sum < 392, true) // unsubscribes, which closes gracefully as well
  ),
  { defaultValue: 0 }
)
console.log(`summed up ${count} readings`)
const left = await mq.close({ timeoutMs: 10_000 })
console.log(left.isComplete ? 'closed, nothing was left' : `closed, left for the next: ${JSON.stringify(left)}`)
