import type { ByteBudget } from 'net-ts-protocol-kit'
import {
  type Direction,
  decodeCommand,
  findRequest,
  ProtocolError,
  type RemotingCommand,
  type RequestRow,
  responseCodeName
} from '../wire/index'
import { Exchanges, type OpenRequest } from './exchanges'
import { type Filter, showsAll } from './filter'
import { type BodyDetail, readBody } from './read-body'
import { fieldOf, headerProblems, readFields } from './read-fields'
import { StreamFrames, type StreamProblem } from './stream-frames'
import type { Answered, Seen, SeenAnswer, SeenFrame, SeenRequest, WireEvent } from './wire-event'

export interface InspectionOptions {
  /** Number of the connection, for its events. Default 1. */
  readonly connection?: number
  readonly detail: BodyDetail
  /** Default: every frame. */
  readonly filter?: Filter
  readonly maxFrameBytes?: number
  /** Shared with other connections. */
  readonly budget?: ByteBudget
  /** Told of every whole frame, wanted or not, before its event: the bytes as they came, and which request they answer. */
  readonly onFrame?: (bytes: Buffer, way: Way, answered: OpenRequest | undefined) => void
  /** Told when a stream turns out to hold something else than frames. */
  readonly onProblem?: (way: Way) => void
}

/** A direction, or `either` for a stream that holds the frames of both. */
export type Way = Direction | 'either'

/** The present, by both clocks. */
export interface Instant {
  /** Milliseconds since the epoch. */
  readonly time: number
  readonly monotonicMs: number
}

/** One connection: bytes in, events out. Knows no clock and no socket, bounded in memory, and throws nothing whatever the bytes. */
export class Inspection {
  readonly #options: InspectionOptions
  readonly #emit: (event: WireEvent) => void
  readonly #filter: Filter
  readonly #exchanges = new Exchanges()
  readonly #streams = new Map<Way, StreamFrames>()
  #now: Instant | undefined

  constructor(options: InspectionOptions, emit: (event: WireEvent) => void) {
    this.#options = options
    this.#emit = emit
    this.#filter = options.filter ?? showsAll
  }

  /** Takes the next bytes of a stream, which must not change. `now` is left out for captures. */
  push(way: Way, chunk: Buffer, now?: Instant): void {
    this.#now = now
    this.#stream(way).push(chunk)
  }

  /** A stream has ended. */
  end(way: Way, now?: Instant): void {
    this.#now = now
    this.#stream(way).end()
  }

  /** Nothing more will come: names the requests without an answer. */
  finish(now?: Instant): void {
    this.#now = now
    const open = this.#exchanges.takeAll().filter(({ isWanted }) => isWanted)
    for (const request of open.slice(0, MAX_UNANSWERED_NAMED)) this.#unanswered(request, 'was not answered')
    const last = open[open.length - 1]
    const more = open.length - MAX_UNANSWERED_NAMED
    if (last === undefined || more <= 0) return
    const text = `${more} more requests were not answered`
    this.#emit({ ...this.#seen(undefined, last.offset), type: 'problem', problem: 'unanswered', text, bytes: 0 })
  }

  #stream(way: Way): StreamFrames {
    const known = this.#streams.get(way)
    if (known !== undefined) return known
    const { maxFrameBytes, budget } = this.#options
    const limits = { ...(maxFrameBytes === undefined ? {} : { maxFrameBytes }), ...(budget && { budget }) }
    const stream = new StreamFrames(limits, {
      frame: (bytes, offset) => this.#frame(way, bytes, offset),
      problem: (problem, text, offset, bytes, rest) => this.#problem(way, problem, `${text}${headOfCut(rest)}`, offset, bytes)
    })
    this.#streams.set(way, stream)
    return stream
  }

  #frame(way: Way, bytes: Buffer, offset: number): void {
    const command = this.#decode(way, bytes, offset)
    if (command === undefined) this.#options.onFrame?.(bytes, way, undefined)
    else if (command.isResponse) this.#answer(way, command, bytes, offset)
    else this.#request(way, command, bytes, offset)
  }

  #decode(way: Way, bytes: Buffer, offset: number): RemotingCommand | undefined {
    try {
      return decodeCommand(bytes.subarray(4))
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.#problem(way, 'broken-frame', `a frame that cannot be read: ${error.message}`, offset, bytes.length)
      return undefined
    }
  }

  #request(way: Way, command: RemotingCommand, bytes: Buffer, offset: number): void {
    this.#options.onFrame?.(bytes, way, undefined)
    const { row, direction } = meaningOf(way, command)
    const seen = this.#seenFrame(command, row, 'request', direction, bytes, offset)
    const event: SeenRequest = { ...seen, type: 'request', name: row?.name, isOneway: command.isOneway }
    const isWanted = this.#filter(event, undefined)
    if (!command.isOneway) this.#remember(event, row, isWanted)
    if (isWanted) this.#emit(event)
  }

  #remember(event: SeenRequest, row: RequestRow | undefined, isWanted: boolean): void {
    const { code, version, direction, offset } = event
    const topic = short(fieldOf(event.fields, 'topic', 'originTopic'))
    const group = short(fieldOf(event.fields, ...GROUP_FIELDS))
    const startedMs = this.#now?.monotonicMs
    const lost = this.#exchanges.add(direction, event.opaque, { row, code, version, direction, offset, topic, group, startedMs, isWanted })
    if (lost !== undefined) this.#unanswered(lost, 'was not answered before others of its number or too many others')
  }

  #answer(way: Way, command: RemotingCommand, bytes: Buffer, offset: number): void {
    const asked = this.#exchanges.take(way === 'either' ? undefined : way, command.opaque)
    this.#options.onFrame?.(bytes, way, asked)
    const direction = way === 'either' ? opposite(asked?.direction) : way
    const event: SeenAnswer = {
      ...this.#seenFrame(command, asked?.row, 'response', direction, bytes, offset),
      type: 'answer',
      name: responseCodeName(command.code),
      answered: asked && this.#answered(asked)
    }
    if (this.#filter(event, asked)) this.#emit(event)
  }

  #answered({ code, row, offset, topic, group, startedMs }: OpenRequest): Answered {
    const latencyMs = startedMs === undefined || this.#now === undefined ? undefined : this.#now.monotonicMs - startedMs
    return { code, name: row?.name, offset, topic, group, latencyMs }
  }

  #seenFrame(
    command: RemotingCommand,
    row: RequestRow | undefined,
    side: 'request' | 'response',
    direction: Direction | undefined,
    bytes: Buffer,
    offset: number
  ): SeenFrame {
    const { detail } = this.#options
    const fields = readFields(command, row?.[side].header, detail.redaction)
    return {
      ...this.#seen(direction, offset),
      code: command.code,
      bytes: bytes.length,
      opaque: command.opaque,
      language: command.language,
      version: command.version,
      encoding: command.serializeType,
      remark: command.remark === '' ? undefined : command.remark,
      fields,
      body: readBody({ command, fields, row, side }, detail),
      problems: side === 'request' ? headerProblems(command, row?.request.header) : []
    }
  }

  #seen(direction: Direction | undefined, offset: number): Seen {
    return { connection: this.#options.connection ?? 1, direction, offset, time: this.#now?.time }
  }

  #problem(way: Way, problem: StreamProblem | 'broken-frame', text: string, offset: number, bytes: number): void {
    if (problem !== 'broken-frame') this.#options.onProblem?.(way)
    this.#emit({ ...this.#seen(way === 'either' ? undefined : way, offset), type: 'problem', problem, text, bytes })
  }

  #unanswered(request: OpenRequest, what: string): void {
    if (!request.isWanted) return
    const name = request.row?.name ?? `request ${request.code}`
    const text = `${name}${request.topic === undefined ? '' : ` of topic ${request.topic}`} ${what}`
    this.#emit({ ...this.#seen(request.direction, request.offset), type: 'problem', problem: 'unanswered', text, bytes: 0 })
  }
}

/** Fields that hold a producer's or consumer's group. */
const GROUP_FIELDS: readonly string[] = ['producerGroup', 'consumerGroup', 'group', 'groupName']

const MAX_REMEMBERED_TEXT = 255
/** A capture of one direction has no answers at all. */
const MAX_UNANSWERED_NAMED = 10

/** What is kept must not be long, nor keep something long alive. */
function short(text: string | undefined): string | undefined {
  if (text === undefined || text.length <= MAX_REMEMBERED_TEXT) return text
  return Buffer.from(text.slice(0, MAX_REMEMBERED_TEXT)).toString()
}

/** The row of a request; where the stream does not tell its direction, the one in which the code means something, first to a server. */
function meaningOf(
  way: Way,
  command: RemotingCommand
): { readonly row: RequestRow | undefined; readonly direction: Direction | undefined } {
  for (const direction of way === 'either' ? (['to-server', 'to-client'] as const) : [way]) {
    const row = findRequest(command.code, direction, command.version)
    if (row !== undefined) return { row, direction }
  }
  return { row: undefined, direction: way === 'either' ? undefined : way }
}

function opposite(direction: Direction | undefined): Direction | undefined {
  if (direction === undefined) return undefined
  return direction === 'to-server' ? 'to-client' : 'to-server'
}

/** A frame that is cut may still have its whole header. */
function headOfCut(rest: Buffer | undefined): string {
  if (rest === undefined || rest.length < 8) return ''
  try {
    const command = decodeCommand(rest.subarray(4))
    if (command.isResponse) return `, an answer ${responseCodeName(command.code) ?? command.code} to opaque ${command.opaque}`
    return `, the request ${meaningOf('either', command).row?.name ?? command.code} with opaque ${command.opaque}`
  } catch {
    return ''
  }
}
