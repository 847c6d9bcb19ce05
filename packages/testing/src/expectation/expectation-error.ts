import { CodedError } from 'net-ts-protocol-kit'

/**
 * Something that was expected of a cluster did not happen. Code `EXPECTATION_NOT_MET`. The text says what was wanted and what
 * there is; `facts` have the group, what was wanted and what was found.
 */
export class ExpectationError extends CodedError {
  constructor(text: string, facts: { readonly group: string; readonly wanted: string; readonly found: string }) {
    super('EXPECTATION_NOT_MET', text, { facts })
  }
}
