import type { Peer } from './peer'
import type { AnyRequestRow } from './remoting-response'
import type { RemotingCommand, RequestBodyOf, RequestHeaderOf, ResponseBodyOf, ResponseHeaderOf } from './wire/index'

/** What a processor returns when it answers later, with {@link ServerRequest.answer}. */
export const held: unique symbol = Symbol('held')
export type Held = typeof held

/** An answer to a request of row `R`. */
export interface Answer<R extends AnyRequestRow = AnyRequestRow> {
  /** A `ResponseCode`. */
  readonly code: number
  readonly remark?: string | undefined
  readonly header?: ResponseHeaderOf<R> | undefined
  /** Several buffers are sent one after the other without being joined first. */
  readonly body?: ResponseBodyOf<R> | readonly Buffer[] | undefined
  /** Fields that the row's header does not know. */
  readonly extFields?: Readonly<Record<string, string>> | undefined
}

/** A request as its processor sees it. */
export interface ServerRequest<R extends AnyRequestRow = AnyRequestRow> {
  readonly row: R
  readonly header: RequestHeaderOf<R>
  readonly body: RequestBodyOf<R>
  /** The frame as it came. Of a long poll that is held only what its answer needs is kept. */
  readonly command: RemotingCommand
  readonly peer: Peer
  /** Answers a held request. Ignored when it is one-way or answered already, or its peer is gone. */
  answer(answer: Answer<R>): void
}

/**
 * Answers requests of one row: now, later with a promise, or later by hand when it returns {@link held}. What it throws becomes
 * SYSTEM_ERROR.
 */
export type Processor<R extends AnyRequestRow = AnyRequestRow> = (request: ServerRequest<R>) => Answer<R> | Held | Promise<Answer<R> | Held>

/** A request that a server sends to its client. */
export type PeerRequest<R extends AnyRequestRow = AnyRequestRow> = ServerRequest<R>

/** What became of a request by the time its handler returned; `undefined`: it gets no answer. */
// biome-ignore lint/suspicious/noConfusingVoidType: a handler may return nothing, also when it is async.
export type HandlerResult<R extends AnyRequestRow = AnyRequestRow> = Answer<R> | Held | undefined | void

/** Handles requests of a server. What it returns is the answer; nothing is answered when it returns nothing, as some requests expect. */
export type PeerRequestHandler<R extends AnyRequestRow = AnyRequestRow> = (
  request: PeerRequest<R>
) => HandlerResult<R> | Promise<HandlerResult<R>>
