import { CodedError, ProtocolError, type RepeatedLog } from 'net-ts-protocol-kit'
import { IncomingRequest } from './incoming-request'
import type { RemotingChannel } from './remoting-channel'
import type { AnyRequestRow } from './remoting-response'
import { type Answer, type HandlerResult, held, type PeerRequestHandler } from './server-request'
import { headerOf } from './wire/header/header-of'
import { HeaderFieldError, type RemotingCommand, ResponseCode, releaseVersion } from './wire/index'

/** How requests of one row are treated. */
export interface RegisterOptions {
  /**
   * Whether an answer may take its time, as that of a PULL_MESSAGE may: such requests do not make the server stop reading.
   * Default: what upstream's requests of that name do.
   */
  readonly isLongPoll?: boolean
}

interface Registration {
  readonly row: AnyRequestRow
  readonly handler: PeerRequestHandler
  readonly isLongPoll: boolean
}

const LONG_POLLS: ReadonlySet<string> = new Set([
  'PULL_MESSAGE',
  'LITE_PULL_MESSAGE',
  'POP_MESSAGE',
  'POP_LITE_MESSAGE',
  'PEEK_MESSAGE',
  'NOTIFICATION',
  'POLLING_INFO'
])
const MAX_REMARK_CHARACTERS = 512

/** Finds the handler of each request that comes in, and turns whatever goes wrong into an answer. */
export class RequestDispatcher {
  readonly #registrations = new Map<number, readonly Registration[]>()
  readonly #log: RepeatedLog
  /** Whether new requests are sent elsewhere, because this server is about to close. */
  isGoingAway = false

  constructor(log: RepeatedLog) {
    this.#log = log
  }

  register<R extends AnyRequestRow>(row: R, handler: PeerRequestHandler<R>, options: RegisterOptions = {}): void {
    const others = this.#registrations.get(row.code) ?? []
    if (others.some((other) => other.row === row)) throw new TypeError(`${row.name} has a processor already`)
    const isLongPoll = options.isLongPoll ?? LONG_POLLS.has(row.name)
    this.#registrations.set(row.code, [...others, { row, handler: handler as unknown as PeerRequestHandler, isLongPoll }])
  }

  dispatch(peer: RemotingChannel, command: RemotingCommand): void {
    const registration = this.#find(command)
    if (registration === undefined) this.#refuse(peer, command)
    else if (this.isGoingAway && command.version > GO_AWAY_AFTER_VERSION) peer.respond(registration.row, command, GO_AWAY)
    else if (registration.isLongPoll && peer.isHoldingTooMany) peer.respond(registration.row, command, TOO_MANY_HELD)
    else this.#accept(peer, command, registration)
  }

  #accept(peer: RemotingChannel, command: RemotingCommand, registration: Registration): void {
    const request = this.#read(peer, command, registration)
    if (request === undefined) return
    peer.requestBegan(registration.isLongPoll)
    this.#handle(request, registration)
  }

  /** Some codes mean different things by release: of two rows the one that still held for the sender's. */
  #find({ code, version }: RemotingCommand): Registration | undefined {
    const found = this.#registrations.get(code)
    if (found === undefined || found.length === 1) return found?.[0]
    return (
      found.find(({ row }) => row.until !== undefined && version <= releaseVersion(row.until)) ??
      found.find(({ row }) => row.until === undefined)
    )
  }

  #refuse(peer: RemotingChannel, command: RemotingCommand): void {
    const { code } = command
    // One kind for all codes: a peer that tries every code must not use up the kinds that the log can tell apart.
    this.#log.log('warn', 'unsupported', `request code ${code} is not supported`, { code, peer: peer.id })
    peer.respond(undefined, command, {
      code: ResponseCode.REQUEST_CODE_NOT_SUPPORTED,
      remark: `request code ${code} is not supported here`
    })
  }

  #read(peer: RemotingChannel, command: RemotingCommand, { row, isLongPoll }: Registration): IncomingRequest | undefined {
    try {
      const header = headerOf(command, row.request.header)
      return new IncomingRequest(peer, row, isLongPoll, command, header, row.request.body.decode(command.body))
    } catch (error) {
      this.#log.log('warn', `bad ${row.name}`, `a request ${row.name} cannot be read`, { peer: peer.id, error })
      peer.respond(row, command, badRequest(row, error))
      return undefined
    }
  }

  #handle(request: IncomingRequest, { handler }: Registration): void {
    try {
      const result = handler(request)
      if (result instanceof Promise)
        result.then((answer) => this.#finish(request, answer)).catch((error: unknown) => this.#failed(request, error))
      else this.#finish(request, result)
    } catch (error) {
      this.#failed(request, error)
    }
  }

  #finish(request: IncomingRequest, result: HandlerResult): void {
    if (result === held) {
      if (request.isLongPoll) request.forgetFrame()
    } else if (result === undefined) request.end()
    else request.answer(result)
  }

  #failed(request: IncomingRequest, error: unknown): void {
    const { row, peer } = request
    this.#log.log('error', `failed ${row.name}`, `${row.name} failed`, { peer: peer.id, error })
    request.answer({ code: ResponseCode.SYSTEM_ERROR, remark: remarkOf(`${row.name} failed`, error) })
  }
}

/** Who is newer understands GO_AWAY; read in remoting/…/netty/NettyRemotingAbstract.java. */
const GO_AWAY_AFTER_VERSION = releaseVersion('5.3.1')

const GO_AWAY: Answer = { code: ResponseCode.GO_AWAY, remark: 'this server is about to close: connect again' }

const TOO_MANY_HELD: Answer = {
  code: ResponseCode.SYSTEM_BUSY,
  remark: '[OVERLOAD] this connection holds as many requests as it may: wait for their answers'
}

/**
 * A required field that is missing fails inside the official broker's processors, and so does a body that cannot be read: SYSTEM_ERROR.
 * A malformed field is only logged there and then left empty, which we refuse: INVALID_PARAMETER.
 * Read in remoting/…/protocol/RemotingCommand.java.
 */
const badRequest = (row: AnyRequestRow, error: unknown): Answer => {
  const isMalformedField = error instanceof HeaderFieldError && error.reason !== 'is missing'
  const isBadBody = error instanceof ProtocolError
  return {
    code: isMalformedField ? ResponseCode.INVALID_PARAMETER : ResponseCode.SYSTEM_ERROR,
    remark: remarkOf(isBadBody ? `the body of ${row.name} cannot be read` : `${row.name} cannot be read`, error)
  }
}

const remarkOf = (what: string, error: unknown): string => {
  const reason = error instanceof CodedError ? error.message : error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const remark = `${what}: ${reason}`
  return remark.length > MAX_REMARK_CHARACTERS ? `${remark.slice(0, MAX_REMARK_CHARACTERS - 1)}…` : remark
}
