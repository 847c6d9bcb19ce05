import type { Producer } from '@rocketmq-ts/client'
import { type SentValue, toTopic } from '@rocketmq-ts/rxjs'
import { map, type Observable, take, timer } from 'rxjs'
import { type Reading, Readings } from './readings.js'

const SENSORS = 4

/** So many readings of four sensors, one every 5 ms; every fiftieth is broken. Emits each when a broker has it. */
export function readings(producer: Producer, count: number): Observable<SentValue<Reading>> {
  return timer(0, 5).pipe(
    take(count),
    map(readingAt),
    // One queue per sensor, so that its readings keep their order.
    toTopic(producer, Readings, { entry: (reading) => ({ value: reading, shardingKey: reading.sensor }) })
  )
}

function readingAt(at: number): Reading {
  const celsius = at % 50 === 49 ? -999 : 20 + 5 * Math.sin(at / 40)
  return { sensor: `sensor-${(at % SENSORS) + 1}`, number: Math.floor(at / SENSORS) + 1, celsius }
}
