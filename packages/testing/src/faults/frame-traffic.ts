import { CommandFlag, type Direction, encodeCommand, ReleaseVersion, type RemotingCommand } from '@rocketmq-ts/remoting/wire'
import type { Ends } from './fault-filter'
import type { FaultRules } from './fault-rules'
import type { InventedAnswer } from './frame-fault'
import { FrameGate } from './frame-gate'

/** More unanswered requests of one direction are not remembered: the oldest were lost. */
const MAX_UNANSWERED = 65_536

/** One direction of a connection. */
interface Way {
  readonly gate: FrameGate
  /** Codes of requests that went this way and have no answer yet, by opaque. */
  readonly unanswered: Map<number, number>
  /** What its sender says of itself. */
  speaker: Pick<RemotingCommand, 'language' | 'version'>
}

/** The frames of a connection, in both directions, and the faults that take some of them out. */
export class FrameTraffic {
  readonly #rules: FaultRules
  readonly #ends: Ends
  readonly #ways: Readonly<Record<Direction, Way>>

  /** @param emit sends a frame that nobody sent. */
  constructor(rules: FaultRules, ends: Ends, emit: (direction: Direction, frame: Buffer) => void) {
    this.#rules = rules
    this.#ends = ends
    const way = (direction: Direction): Way => ({
      gate: new FrameGate({
        isStrict: () => rules.hasFrames,
        mayPass: (command, isUnderWay) => this.#mayPass(direction, command, isUnderWay),
        emit: (frame) => emit(direction, frame)
      }),
      unanswered: new Map(),
      speaker: { language: 'JAVA', version: ReleaseVersion.V5_5_0 }
    })
    this.#ways = { 'to-server': way('to-server'), 'to-client': way('to-client') }
  }

  /** What goes on of a chunk. */
  push(direction: Direction, chunk: Buffer): Buffer {
    return this.#ways[direction].gate.push(chunk)
  }

  /** What is left of a direction that ends. */
  flush(direction: Direction): Buffer {
    return this.#ways[direction].gate.flush()
  }

  #mayPass(direction: Direction, command: RemotingCommand, isUnderWay: boolean): boolean {
    const { language, version } = command
    this.#ways[direction].speaker = { language, version }
    if (command.isResponse) return this.#mayAnswerPass(direction, command, isUnderWay)
    return this.#mayRequestPass(direction, command, isUnderWay)
  }

  #mayRequestPass(direction: Direction, command: RemotingCommand, isUnderWay: boolean): boolean {
    const struck = isUnderWay ? undefined : this.#rules.strikeFrame('request', this.#ends, direction, command.code)
    if (struck === undefined) {
      if (!command.isOneway) remember(this.#ways[direction].unanswered, command)
      return true
    }
    if (struck.answer !== undefined && !command.isOneway) this.#answer(opposite(direction), command, struck.answer)
    return false
  }

  #mayAnswerPass(direction: Direction, { opaque }: RemotingCommand, isUnderWay: boolean): boolean {
    const asked = opposite(direction)
    const { unanswered } = this.#ways[asked]
    const code = unanswered.get(opaque)
    if (code === undefined) return true
    unanswered.delete(opaque)
    return isUnderWay || this.#rules.strikeFrame('answer', this.#ends, asked, code) === undefined
  }

  /** In the words of whoever should have answered, in the form of the request. */
  #answer(direction: Direction, { opaque, serializeType }: RemotingCommand, { responseCode, remark }: InventedAnswer): void {
    const { gate, speaker } = this.#ways[direction]
    // Official clients read ext fields of answers without asking whether there are any.
    const head = { ...speaker, opaque, serializeType, flag: CommandFlag.RESPONSE, fields: new Map<string, string>() }
    gate.insert(encodeCommand({ ...head, code: responseCode, remark }))
  }
}

function remember(unanswered: Map<number, number>, { opaque, code }: RemotingCommand): void {
  unanswered.set(opaque, code)
  if (unanswered.size <= MAX_UNANSWERED) return
  for (const oldest of unanswered.keys()) {
    unanswered.delete(oldest)
    return
  }
}

function opposite(direction: Direction): Direction {
  return direction === 'to-server' ? 'to-client' : 'to-server'
}
