import { defineTopic, json } from '@rocketmq-ts/client'

/** What a sensor measured. Its readings are numbered, from 1. */
export interface Reading {
  readonly sensor: string
  readonly number: number
  readonly celsius: number
}

/** Readings of one sensor in one second. */
export interface Summary {
  readonly sensor: string
  readonly count: number
  readonly firstNumber: number
  readonly lastNumber: number
  readonly meanCelsius: number
}

export const Readings = defineTopic('sensor-readings', json<Reading>())
export const Summaries = defineTopic('sensor-summaries', json<Summary>())
