import { CodedError } from 'net-ts-protocol-kit'

/** An option of a fault that cannot be. Code `OPTION_INVALID`; `facts.option` names it. */
export class FaultOptionsError extends CodedError {
  constructor(fault: string, option: string, problem: string) {
    super('OPTION_INVALID', `${fault}: ${option} ${problem}`, { facts: { fault, option } })
  }
}

/** A fault ended before it struck, while somebody waited for it. Code `FAULT_NEVER_STRUCK`. */
export class FaultNeverStruckError extends CodedError {
  constructor(description: string) {
    super('FAULT_NEVER_STRUCK', `this fault ended before it struck: ${description}`, { facts: { description } })
  }
}

/** What both ends of a connection that was cut are told. */
export function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' })
}
