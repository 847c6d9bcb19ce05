import { Histogram } from '../stats/histogram'

/** How much of a load, and when it ends: by time or by count, whichever is first. */
export interface Load {
  readonly inFlight: number
  readonly seconds: number
  readonly mostMessages: number
}

/** What came of a load, as the programs of every language say it. */
export interface LoadResult {
  readonly messages: number
  readonly failed: number
  /** What went wrong first. */
  readonly firstError?: string
  /** From the first message out to the last answer in. */
  readonly elapsedNs: number
  readonly p50Ns: number | null
  readonly p99Ns: number | null
}

/** Nanoseconds of the monotonic clock. */
export function nanoseconds(): number {
  const [seconds, rest] = process.hrtime()
  return seconds * 1e9 + rest
}

/** `inFlight` loops of `await send()`, as users write them; every message is timed. */
export async function runLoad(load: Load, send: () => Promise<unknown>): Promise<LoadResult> {
  const histogram = new Histogram()
  const start = nanoseconds()
  const deadline = start + load.seconds * 1e9
  let started = 0
  let failed = 0
  let firstError: string | undefined
  const lane = async (): Promise<void> => {
    let begun = nanoseconds()
    while (begun < deadline && started < load.mostMessages) {
      started += 1
      try {
        await send()
        // One look at the clock ends this message and begins the next.
        const ended = nanoseconds()
        histogram.record(ended - begun)
        begun = ended
      } catch (error) {
        failed += 1
        firstError ??= error instanceof Error ? error.message : String(error)
        begun = nanoseconds()
      }
    }
  }
  await Promise.all(Array.from({ length: load.inFlight }, lane))
  return result(histogram, nanoseconds() - start, failed, firstError)
}

export function result(histogram: Histogram, elapsedNs: number, failed = 0, firstError?: string): LoadResult {
  return {
    messages: histogram.total,
    failed,
    ...(firstError === undefined ? {} : { firstError }),
    elapsedNs,
    p50Ns: histogram.quantile(0.5) ?? null,
    p99Ns: histogram.quantile(0.99) ?? null
  }
}

/** The load in a command's values. */
export function loadIn(values: Readonly<Record<string, string>>): Load {
  return { inFlight: number(values, 'inFlight'), seconds: number(values, 'seconds'), mostMessages: number(values, 'most') }
}

export function number(values: Readonly<Record<string, string>>, name: string): number {
  const value = Number(values[name])
  if (values[name] === undefined || !Number.isFinite(value)) throw new Error(`${name} must be a number, not ${values[name]}`)
  return value
}

export function word(values: Readonly<Record<string, string>>, name: string): string {
  const value = values[name]
  if (value === undefined || value === '') throw new Error(`${name} is missing`)
  return value
}
