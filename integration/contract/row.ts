import type { Bench } from './bench'
import type { Anomaly } from './checker'

/** What a row found: anomalies, and figures for the run's report. */
export interface Finding {
  readonly anomalies: readonly Anomaly[]
  readonly figures?: Readonly<Record<string, number | string>>
}

/** One promise of the contract, kept by every target. */
export interface Row {
  /** One of its own: a … i. */
  readonly letter: string
  /** A sentence about behaviour. */
  readonly title: string
  run(bench: Bench): Promise<Finding>
}
