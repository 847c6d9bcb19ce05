import { CodedError } from '@rocketmq-ts/remoting/wire'

/** Why a store refused. */
export type StoreErrorCode =
  | 'MESSAGE_TOO_LARGE'
  | 'PROPERTIES_TOO_LARGE'
  | 'TOPIC_TOO_LONG'
  | 'STORE_NOT_WRITABLE'
  | 'STORE_CLOSED'
  | 'DOCUMENT_NAME_ILLEGAL'
  | 'OPTION_INVALID'

/** A refusal of the store: nothing was stored. `facts` name the limit and the value. */
export class StoreError extends CodedError {
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}) {
    super(code, message, { facts, retriable: code === 'STORE_NOT_WRITABLE' })
  }
}
