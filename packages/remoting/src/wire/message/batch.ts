import { ProtocolError } from 'net-ts-protocol-kit'
import { MAX_PROPERTIES_BYTES } from './record-layout'

/** One message of a batch: what differs from its neighbours. */
export interface BatchMessage {
  /** The sender's own int32. */
  readonly flag: number
  readonly body: Buffer
  /** Encoded properties. */
  readonly properties: Buffer
}

export interface BatchLimits {
  /** Most messages. Default 16,384. */
  readonly maxMessages?: number
  /** Longest body of one message, bytes. Default 4 MiB. */
  readonly maxBodyBytes?: number
}

const DEFAULT_MAX_MESSAGES = 16_384
const DEFAULT_MAX_BODY_BYTES = 4 * 1024 * 1024

/** Size, magic, CRC, flag and body length. */
const FIXED_BYTES = 20
/** A message with nothing in it. */
const MIN_MESSAGE_BYTES = FIXED_BYTES + 2

/**
 * The body of SEND_BATCH_MESSAGE (read in common/…/message/MessageDecoder.java, `encodeMessages`).
 *
 * @throws ProtocolError when the properties of a message do not fit.
 */
export function encodeBatch(messages: readonly BatchMessage[]): Buffer {
  const target = Buffer.allocUnsafe(messages.reduce((sum, message) => sum + sizeOf(message), 0))
  let at = 0
  for (const message of messages) at = writeMessage(target, at, message)
  return target
}

/**
 * Takes a batch apart. Every message is checked before the first is returned, so a batch is accepted whole or not at all.
 * Bodies and properties are views on `buffer`.
 *
 * @throws ProtocolError with `offset`, `field` and `index` of the message that is broken, or when the batch is empty or too long.
 */
export function decodeBatch(buffer: Buffer, limits: BatchLimits = {}): BatchMessage[] {
  const maxMessages = limits.maxMessages ?? DEFAULT_MAX_MESSAGES
  const maxBodyBytes = limits.maxBodyBytes ?? DEFAULT_MAX_BODY_BYTES
  const messages: BatchMessage[] = []
  let at = 0
  while (at < buffer.length) {
    if (messages.length === maxMessages) throw broken('too many messages', at, 'count', messages.length, maxMessages)
    const size = checkMessage(buffer, at, messages.length, maxBodyBytes)
    messages.push(readMessage(buffer, at, size))
    at += size
  }
  if (messages.length === 0) throw broken('no message in it', 0, 'count', 0, 0)
  return messages
}

function sizeOf(message: BatchMessage): number {
  if (message.properties.length > MAX_PROPERTIES_BYTES) {
    throw broken('properties are too long', 0, 'propertiesLength', 0, message.properties.length)
  }
  return MIN_MESSAGE_BYTES + message.body.length + message.properties.length
}

function writeMessage(target: Buffer, at: number, message: BatchMessage): number {
  target.writeInt32BE(sizeOf(message), at)
  // Magic and CRC stay 0: nobody reads them here, the broker computes its own.
  target.fill(0, at + 4, at + 12)
  target.writeInt32BE(message.flag | 0, at + 12)
  target.writeInt32BE(message.body.length, at + 16)
  const propertiesLengthAt = at + FIXED_BYTES + message.body.copy(target, at + FIXED_BYTES)
  target.writeInt16BE(message.properties.length, propertiesLengthAt)
  return propertiesLengthAt + 2 + message.properties.copy(target, propertiesLengthAt + 2)
}

function checkMessage(buffer: Buffer, at: number, index: number, maxBodyBytes: number): number {
  const left = buffer.length - at
  if (left < MIN_MESSAGE_BYTES) throw broken('message is cut short', at, 'totalSize', index, left)
  const size = buffer.readInt32BE(at)
  if (size < MIN_MESSAGE_BYTES || size > left) throw broken('message size is impossible', at, 'totalSize', index, size)
  const bodyLength = buffer.readInt32BE(at + 16)
  if (bodyLength < 0 || bodyLength > size - MIN_MESSAGE_BYTES) throw broken('body does not fit', at + 16, 'bodyLength', index, bodyLength)
  if (bodyLength > maxBodyBytes) throw broken('body is too long', at + 16, 'bodyLength', index, bodyLength)
  const propertiesLengthAt = at + FIXED_BYTES + bodyLength
  const propertiesLength = buffer.readInt16BE(propertiesLengthAt)
  if (propertiesLength !== size - MIN_MESSAGE_BYTES - bodyLength) {
    throw broken('properties do not end with the message', propertiesLengthAt, 'propertiesLength', index, propertiesLength)
  }
  return size
}

function readMessage(buffer: Buffer, at: number, size: number): BatchMessage {
  const bodyEnd = at + FIXED_BYTES + buffer.readInt32BE(at + 16)
  return {
    flag: buffer.readInt32BE(at + 12),
    body: buffer.subarray(at + FIXED_BYTES, bodyEnd),
    properties: buffer.subarray(bodyEnd + 2, at + size)
  }
}

function broken(problem: string, offset: number, field: string, index: number, value: number): ProtocolError {
  return new ProtocolError(`broken message batch: ${problem}`, { offset, field, index, value })
}
