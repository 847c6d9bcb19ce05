import type { Cell } from './rows'

/** How much is measured, and for how long. */
export interface Plan {
  readonly isQuick: boolean
  readonly sendCells: readonly Cell[]
  /** Of the rows with our store on disk, besides: senders enough for a group commit. */
  readonly diskCells: readonly Cell[]
  readonly pullCells: readonly Cell[]
  /** Each cell is measured so often, the rows in turn; the table shows medians. */
  readonly rounds: number
  /** Of one measurement, seconds. */
  readonly seconds: number
  /** Messages of one measurement at most. */
  readonly mostMessages: number
  /** Of a JVM with sends, seconds; a second part of it goes to pulls. */
  readonly javaWarmUpSeconds: number
  /** Of a Node.js process, seconds. */
  readonly nodeWarmUpSeconds: number
  /** Rest between measurements, for what the last one left behind, milliseconds. */
  readonly restMs: number
  /** Messages in a topic that is pulled. */
  readonly pulledMessages: number
  readonly ourStarts: number
  readonly officialStarts: number
  /** How long servers idle before their memory is read, milliseconds. */
  readonly idleMs: number
  readonly clusterStarts: number
}

const cells = (sizes: readonly number[], inFlight: readonly number[]): Cell[] =>
  sizes.flatMap((bytes) => inFlight.map((count) => ({ bytes, inFlight: count })))

/** About fifteen minutes. */
export const fullPlan: Plan = {
  isQuick: false,
  sendCells: cells([128, 1024], [1, 64, 256]),
  diskCells: cells([1024], [1000]),
  pullCells: cells([128, 1024], [32]),
  rounds: 3,
  seconds: 3,
  mostMessages: 20_000_000,
  javaWarmUpSeconds: 15,
  nodeWarmUpSeconds: 3,
  restMs: 250,
  pulledMessages: 200_000,
  ourStarts: 15,
  officialStarts: 3,
  idleMs: 5_000,
  clusterStarts: 51
}

/** About two minutes: that every row still works, not how fast it is. */
export const quickPlan: Plan = {
  isQuick: true,
  sendCells: [{ bytes: 128, inFlight: 64 }, ...cells([1024], [1, 64, 256])],
  diskCells: cells([1024], [1000]),
  pullCells: cells([1024], [32]),
  rounds: 1,
  seconds: 0.5,
  mostMessages: 2_000_000,
  javaWarmUpSeconds: 3,
  nodeWarmUpSeconds: 1,
  restMs: 50,
  pulledMessages: 30_000,
  ourStarts: 3,
  officialStarts: 1,
  idleMs: 1_000,
  clusterStarts: 11
}
