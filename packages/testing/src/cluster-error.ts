import { CodedError } from 'net-ts-protocol-kit'

/**
 * Why a call on a cluster cannot be. `CLUSTER_CLOSED`: it was closed; `CLOCK_IS_REAL`: only a hand-driven clock can do that;
 * `BROKER_UNKNOWN`, `BROKER_AMBIGUOUS`: say which broker; `BROKER_STOPPED`: it has to run for that; `TOPIC_UNKNOWN`,
 * `GROUP_UNKNOWN`: no broker has it; `NOT_SETTLED`: a promise that was waited for is still pending.
 */
export type ClusterErrorCode =
  | 'CLUSTER_CLOSED'
  | 'CLOCK_IS_REAL'
  | 'BROKER_UNKNOWN'
  | 'BROKER_AMBIGUOUS'
  | 'BROKER_STOPPED'
  | 'TOPIC_UNKNOWN'
  | 'GROUP_UNKNOWN'
  | 'NOT_SETTLED'

/** A call on a cluster that cannot be. `code` says why, see {@link ClusterErrorCode}. */
export class ClusterError extends CodedError {
  declare readonly code: ClusterErrorCode

  constructor(code: ClusterErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(code, message, { facts })
  }
}

/** An option that cannot be. Code `OPTION_INVALID`; `facts.option` names it. */
export class ClusterOptionsError extends CodedError {
  constructor(option: string, problem: string) {
    super('OPTION_INVALID', `cluster option ${option}: ${problem}`, { facts: { option } })
  }
}
