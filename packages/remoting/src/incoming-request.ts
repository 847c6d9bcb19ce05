import type { RemotingChannel } from './remoting-channel'
import type { AnyRequestRow } from './remoting-response'
import type { Answer, ServerRequest } from './server-request'
import type { RemotingCommand } from './wire/index'

/** A request on its way through a processor. */
export class IncomingRequest implements ServerRequest {
  readonly row: AnyRequestRow
  // Typed by the row, which whoever registered the processor knows.
  readonly header: unknown
  readonly body: unknown
  readonly command: RemotingCommand
  readonly peer: RemotingChannel
  readonly isLongPoll: boolean
  #isOver = false

  constructor(peer: RemotingChannel, row: AnyRequestRow, isLongPoll: boolean, command: RemotingCommand, header: unknown, body: unknown) {
    this.peer = peer
    this.row = row
    this.isLongPoll = isLongPoll
    this.command = command
    this.header = header
    this.body = body
  }

  answer(answer: Answer): void {
    if (this.#isOver) return
    this.#isOver = true
    this.peer.respond(this.row, this.command, answer)
    this.peer.requestEnded(this.isLongPoll)
  }

  /** Nothing is answered. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.peer.requestEnded(this.isLongPoll)
  }
}
