/** How much of each contest is measured. */
export interface StorePlan {
  readonly isQuick: boolean
  /** Each contender runs so often, after once that does not count. */
  readonly rounds: number
  /** Written or read in one run, bytes. */
  readonly runBytes: number
  /** How long senders send in one run, seconds. */
  readonly senderSeconds: number
  readonly footprint: { readonly messages: number; readonly queues: number; readonly bytes: number }
}

/** About three minutes, most of them for the ten million messages. They take up to 6 GB of the temporary folder. */
export const fullStorePlan: StorePlan = {
  isQuick: false,
  rounds: 9,
  runBytes: 128 * 2 ** 20,
  senderSeconds: 1,
  footprint: { messages: 10_000_000, queues: 1000, bytes: 128 }
}

/** That every row runs, not how fast it is. */
export const quickStorePlan: StorePlan = {
  isQuick: true,
  rounds: 2,
  runBytes: 16 * 2 ** 20,
  senderSeconds: 0.2,
  footprint: { messages: 500_000, queues: 100, bytes: 128 }
}
