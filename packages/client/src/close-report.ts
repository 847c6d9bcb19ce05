import { milliseconds, readOptions } from './options'

/** What was left when something closed by its deadline. Nothing of it is lost: see docs/outcomes.md. */
export interface CloseReport {
  /** Whether everything was done in time. */
  readonly isComplete: boolean
  /** Sends not answered yet: each ends by its own deadline, or when the client is closed. */
  readonly sends: number
  /** Handlers still running: their signals are aborted, their results ignored. */
  readonly handlers: number
  /** Messages pulled and not settled, those of running handlers among them: they come again. */
  readonly messages: number
  /** Queues whose last offset the broker did not confirm: some settled messages may come again. */
  readonly uncommittedQueues: number
}

/** How something is closed. */
export interface CloseOptions {
  /** How long to wait for what is under way, milliseconds. Default 10,000. */
  readonly timeoutMs?: number
}

const DEFAULT_CLOSE_TIMEOUT_MS = 10_000

/** @throws OptionsError */
export function readCloseTimeout(what: string, options: CloseOptions): number {
  return readOptions<Required<CloseOptions>>(what, options, { timeoutMs: milliseconds(DEFAULT_CLOSE_TIMEOUT_MS, 0) }).timeoutMs
}

/** Nothing was left. */
export const COMPLETE: CloseReport = Object.freeze({ isComplete: true, sends: 0, handlers: 0, messages: 0, uncommittedQueues: 0 })

/** The sum of several. */
export function sumReports(reports: readonly CloseReport[]): CloseReport {
  return reports.reduce(
    (sum, one) => ({
      isComplete: sum.isComplete && one.isComplete,
      sends: sum.sends + one.sends,
      handlers: sum.handlers + one.handlers,
      messages: sum.messages + one.messages,
      uncommittedQueues: sum.uncommittedQueues + one.uncommittedQueues
    }),
    COMPLETE
  )
}
