import type { FrameConnection } from 'net-ts-protocol-kit'
import { RocketMQError } from './errors'
import { measureHead, writeHead } from './wire/command/encode-command'
import type { OutgoingCommand } from './wire/index'

/** A body in parts; none for a command without one. */
export type BodyParts = readonly Buffer[]

export const NO_BODY: BodyParts = []

/**
 * Encodes a command straight into the outgoing bytes of its connection. Throws when its header cannot be written or the frame would be
 * longer than any peer accepts; nothing is sent then.
 */
export const sendCommand = (connection: FrameConnection, command: OutgoingCommand, parts: BodyParts, maxFrameBytes: number): void => {
  let bodyBytes = 0
  for (const part of parts) bodyBytes += part.length
  const headBytes = measureHead(command)
  if (headBytes + bodyBytes > maxFrameBytes) throw frameTooLong(command, headBytes + bodyBytes, maxFrameBytes)
  const offset = connection.reserve(headBytes)
  connection.commit(writeHead(connection.target, offset, command, bodyBytes), parts)
}

const frameTooLong = (command: OutgoingCommand, frameBytes: number, maxFrameBytes: number): RocketMQError =>
  new RocketMQError('FRAME_TOO_LONG', `a frame of ${frameBytes} bytes is longer than the ${maxFrameBytes} bytes that a peer accepts`, {
    facts: { requestCode: command.code, frameBytes, maxFrameBytes }
  })
