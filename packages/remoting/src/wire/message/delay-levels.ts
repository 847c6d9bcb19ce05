import { CodedError } from 'net-ts-protocol-kit'

/** The official table: level 1 is a second, level 18 two hours (read in store/…/config/MessageStoreConfig.java). */
export const DEFAULT_DELAY_LEVELS = '1s 5s 10s 30s 1m 2m 3m 4m 5m 6m 7m 8m 9m 10m 20m 30m 1h 2h'

/** Most levels a table may have: each is a queue and a timer of the broker. */
export const MAX_DELAY_LEVELS = 1024

/** How long each delay level waits. Levels count from 1. */
export interface DelayLevelTable {
  /** The highest level. */
  readonly maxLevel: number
  /** Delay of a level in milliseconds; levels above the highest count as the highest, below 1 there is none (0). */
  delayMs(level: number): number
  /** The level that a message really gets: 0 for none, else 1 … `maxLevel`. */
  clamp(level: number): number
}

/**
 * Reads a table such as `1s 5s 10s 1m 1h 1d`: whole numbers with a unit, separated by spaces
 * (read in broker/…/schedule/ScheduleMessageService.java).
 *
 * @throws CodedError `DELAY_LEVELS_INVALID` naming the entry.
 */
export function delayLevelTable(text: string): DelayLevelTable {
  const entries = text.split(' ').filter((entry) => entry !== '')
  if (entries.length === 0) throw invalid('the delay level table is empty', text)
  if (entries.length > MAX_DELAY_LEVELS) throw invalid(`more than ${MAX_DELAY_LEVELS} delay levels`, text)
  const delays = [0, ...entries.map(parseDelay)]
  const maxLevel = entries.length
  const clamp = (level: number): number => (level < 1 ? 0 : Math.min(level, maxLevel))
  return Object.freeze({ maxLevel, clamp, delayMs: (level: number) => delays[clamp(level)] ?? 0 })
}

/** The queue of `SCHEDULE_TOPIC_XXXX` in which a level waits. */
export function delayQueueId(level: number): number {
  return level - 1
}

/** The level that waits in a queue of `SCHEDULE_TOPIC_XXXX`. */
export function delayLevelOfQueue(queueId: number): number {
  return queueId + 1
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000]
])

function parseDelay(entry: string): number {
  const unitMs = UNIT_MS.get(entry.slice(-1))
  const count = entry.slice(0, -1)
  if (unitMs === undefined || !/^\d{1,9}$/.test(count)) {
    throw invalid(`"${entry.slice(0, 32)}" is no delay: write a whole number and one of s, m, h, d`, entry)
  }
  return Number(count) * unitMs
}

function invalid(message: string, value: string): CodedError {
  return new CodedError('DELAY_LEVELS_INVALID', message, { facts: { value: value.slice(0, 256) } })
}
