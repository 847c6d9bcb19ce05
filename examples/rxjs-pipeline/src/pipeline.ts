import { setTimeout as pause } from 'node:timers/promises'
import type { Client, Producer } from '@rocketmq-ts/client'
import { deliveries, settle, toTopic } from '@rocketmq-ts/rxjs'
import { bufferTime, concatMap, map, type Observable, takeUntil } from 'rxjs'
import { type Reading, Readings, Summaries, type Summary } from './readings.js'

class BrokenReadingError extends Error {}

/**
 * Readings, summed up by sensor and second and sent on. Ends in order when `stop` emits: what is under way is finished and
 * settled, what is in the buffer is sent, then it completes.
 */
export function summaries(mq: Client, producer: Producer, stop: Observable<unknown>): Observable<Summary> {
  return deliveries(mq, { group: 'sensor-summary', subscriptions: [{ topic: Readings }], from: 'first', maxUnsettled: 256 }).pipe(
    takeUntil(stop), // here, above everything that may still hold something
    settle(({ value }) => calibrate(value), {
      concurrency: 16,
      key: ({ shardingKey }) => shardingKey, // a lane per sensor: one after another within, side by side across
      onError: (error) => (error instanceof BrokenReadingError ? 'deadLetter' : 'retry')
    }),
    bufferTime(1000),
    concatMap(summarise),
    toTopic(producer, Summaries, { entry: (summary) => ({ value: summary, keys: [summary.sensor] }), ordered: true }),
    map(({ value }) => value)
  )
}

/** Stands for work that takes a while, such as asking a database. */
export async function calibrate(reading: Reading): Promise<Reading> {
  if (reading.celsius < -273.15) throw new BrokenReadingError(`${reading.sensor} measured ${reading.celsius} °C`)
  await pause(2)
  return { ...reading, celsius: reading.celsius - 0.3 }
}

/** One summary per sensor. */
export function summarise(readings: readonly Reading[]): Summary[] {
  const sensors = [...new Set(readings.map(({ sensor }) => sensor))].sort()
  return sensors.map((sensor) => {
    const own = readings.filter((reading) => reading.sensor === sensor)
    const celsius = own.reduce((sum, reading) => sum + reading.celsius, 0)
    return {
      sensor,
      count: own.length,
      firstNumber: own.at(0)?.number ?? 0,
      lastNumber: own.at(-1)?.number ?? 0,
      meanCelsius: Math.round((celsius / own.length) * 100) / 100
    }
  })
}
