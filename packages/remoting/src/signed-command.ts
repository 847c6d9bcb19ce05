import { type Credentials, headerFields, type OutgoingCommand, signedFields } from './wire/index'

/**
 * The request with who asks and the signature. What is signed has to be what the server reads: an empty value is none in a binary header
 * for Java, so a request that has one is written as JSON.
 */
export const signedCommand = (command: OutgoingCommand, body: Buffer, credentials: Credentials): OutgoingCommand => {
  const { table, header, ...head } = command
  const fields = table === undefined || header === undefined ? NO_FIELDS : headerFields(table, header)
  const signed = signedFields({ fields, body }, credentials)
  const hasEmptyValue = [...signed.values()].includes('')
  return { ...head, fields: signed, serializeType: hasEmptyValue ? 'JSON' : head.serializeType }
}

const NO_FIELDS: ReadonlyMap<string, string> = new Map()
