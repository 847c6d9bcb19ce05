import type { RemotingChannel } from './remoting-channel'
import type { AnyRequestRow } from './remoting-response'
import type { Answer, ServerRequest } from './server-request'
import type { RemotingCommand } from './wire/index'

const NOTHING = Buffer.alloc(0)

/** A request on its way through a processor. */
export class IncomingRequest implements ServerRequest {
  readonly row: AnyRequestRow
  // Typed by the row, which whoever registered the processor knows.
  readonly header: unknown
  readonly body: unknown
  #command: RemotingCommand
  readonly peer: RemotingChannel
  readonly isLongPoll: boolean
  #isOver = false

  constructor(peer: RemotingChannel, row: AnyRequestRow, isLongPoll: boolean, command: RemotingCommand, header: unknown, body: unknown) {
    this.peer = peer
    this.row = row
    this.isLongPoll = isLongPoll
    this.#command = command
    this.header = header
    this.body = body
  }

  get command(): RemotingCommand {
    return this.#command
  }

  /**
   * Keeps of the command what its answer needs. The frame is a view on what was read from the socket with it: a small request
   * that waits for long would hold all of that in memory.
   */
  forgetFrame(): void {
    const { code, language, version, opaque, flag, serializeType, isResponse, isOneway } = this.#command
    this.#command = {
      code,
      language,
      version,
      opaque,
      flag,
      serializeType,
      isResponse,
      isOneway,
      remark: undefined,
      fields: undefined,
      body: NOTHING
    }
  }

  answer(answer: Answer): void {
    if (this.#isOver) return
    this.#isOver = true
    this.peer.respond(this.row, this.#command, answer)
    this.peer.requestEnded(this.isLongPoll)
  }

  /** Nothing is answered. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.peer.requestEnded(this.isLongPoll)
  }
}
