import { CodedError } from 'net-ts-protocol-kit'

/** A header lacks a field or has a bad one. The frame was sound: answer with an error, keep the connection. */
export class HeaderFieldError extends CodedError {
  /** Class name of the header. */
  readonly header: string
  /** Name of the field on the wire. */
  readonly field: string
  /** What is wrong with it, such as `is missing`. */
  readonly reason: string

  constructor(header: string, field: string, reason: string) {
    super('INVALID_FIELD', `${header}: field ${field} ${reason}`, { facts: { header, field, reason } })
    this.header = header
    this.field = field
    this.reason = reason
  }
}
