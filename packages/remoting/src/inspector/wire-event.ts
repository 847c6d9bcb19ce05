import type { Direction, SerializeType } from '../wire/index'
import type { BodySummary } from './body-summary'
import type { StreamProblem } from './stream-frames'

/** A header field under its name, `TAGS=a` and the like taken apart where the field holds a message's properties. */
export type WireField = readonly [name: string, value: string | ReadonlyMap<string, string>]

/** Where and when something was seen. */
export interface Seen {
  /** Number of the connection, from 1. */
  readonly connection: number
  /** `undefined` where a stream of both directions does not tell. */
  readonly direction: Direction | undefined
  /** Place of the first byte in its stream. */
  readonly offset: number
  /** Milliseconds since the epoch; `undefined` for captures. */
  readonly time: number | undefined
}

/** What is said of every frame. */
export interface SeenFrame extends Seen {
  readonly code: number
  /** Bytes of the whole frame. */
  readonly bytes: number
  readonly opaque: number
  readonly language: string | number
  readonly version: number
  readonly encoding: SerializeType
  readonly remark: string | undefined
  readonly fields: readonly WireField[]
  readonly body: BodySummary
  /** What is wrong with its header. */
  readonly problems: readonly string[]
}

export interface SeenRequest extends SeenFrame {
  readonly type: 'request'
  /** `undefined` for a code that no release has. */
  readonly name: string | undefined
  readonly isOneway: boolean
}

/** What an answer answers. */
export interface Answered {
  readonly code: number
  readonly name: string | undefined
  /** Place of the request in its stream. */
  readonly offset: number
  readonly topic: string | undefined
  readonly group: string | undefined
  /** Milliseconds between the two; `undefined` for captures. */
  readonly latencyMs: number | undefined
}

export interface SeenAnswer extends SeenFrame {
  readonly type: 'answer'
  /** Of the response code. */
  readonly name: string | undefined
  /** `undefined` when its request was not seen. */
  readonly answered: Answered | undefined
}

/** Bytes that are no frames, or a frame that cannot be read. */
export interface SeenProblem extends Seen {
  readonly type: 'problem'
  readonly problem: StreamProblem | 'broken-frame' | 'unanswered'
  readonly text: string
  /** How many bytes are meant. */
  readonly bytes: number
}

/** A connection through the inspector, or an address that it has begun to listen on. */
export interface SeenConnection {
  readonly type: 'opened' | 'closed' | 'refused' | 'listening'
  /** 0 for `listening`, and for a broker that nothing could listen for. */
  readonly connection: number
  readonly time: number | undefined
  readonly from: string
  readonly to: string
  /** Why it was closed or refused. */
  readonly reason?: string | undefined
}

export type WireEvent = SeenRequest | SeenAnswer | SeenProblem | SeenConnection
