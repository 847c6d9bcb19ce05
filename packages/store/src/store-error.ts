import { CodedError } from '@rocketmq-ts/remoting/wire'

/** Why a store refused. */
export type StoreErrorCode =
  | 'MESSAGE_TOO_LARGE'
  | 'PROPERTIES_TOO_LARGE'
  | 'TOPIC_TOO_LONG'
  /** A topic or queue id that cannot be the name of a directory. */
  | 'TOPIC_NAME_ILLEGAL'
  /** A topic of 5.x whose queues are of batches (`queue.type=BatchCQ`). */
  | 'QUEUE_TYPE_UNSUPPORTED'
  | 'STORE_NOT_WRITABLE'
  | 'STORE_CLOSED'
  | 'DOCUMENT_NAME_ILLEGAL'
  /** Both copies of a document are broken: the store does not start with less than it had. */
  | 'DOCUMENT_UNREADABLE'
  /** Another process has the store open. */
  | 'STORE_IN_USE'
  /** The directory cannot be written to. */
  | 'STORE_READ_ONLY'
  /** What was to be inspected is no store's directory. */
  | 'STORE_NOT_FOUND'
  /** The files are not a store that can be opened: a file missing between others, or of a wrong length. */
  | 'STORE_DAMAGED'
  /** The disk failed: the store has stopped, and what it had not confirmed may be lost. */
  | 'STORE_FAILED'
  | 'OPTION_INVALID'

/** A refusal of the store: nothing was stored. `facts` name the limit and the value. */
export class StoreError extends CodedError {
  declare readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, facts: Readonly<Record<string, unknown>> = {}, cause?: unknown) {
    super(code, message, { facts, retriable: code === 'STORE_NOT_WRITABLE', cause })
  }
}
