import { decodeCommand, type RemotingCommand } from '@rocketmq-ts/remoting/wire'

const LENGTH_BYTES = 4
const PREFIX_BYTES = 8
const MAX_HEADER_BYTES = 1024 * 1024
const NOTHING = Buffer.alloc(0)

/** What decides about the frames of a {@link FrameGate}. */
export interface FrameJudge {
  /** Whether frames may have to be taken out, so that one must not go on before it was judged. */
  isStrict(): boolean
  /** Asked once for each frame, with a command that has no body. Whatever it says, a frame `isUnderWay` passes. */
  mayPass(command: RemotingCommand, isUnderWay: boolean): boolean
  /** Takes frames that were inserted while nothing else was going through. */
  emit(frame: Buffer): void
}

/**
 * Where frames of one direction are let through or taken out. It knows where each frame begins and what its header says, whatever
 * the chunks. What passes is not copied, and only an unfinished header is kept, while its judge is strict. Bytes that are no
 * frames pass from there on.
 */
export class FrameGate {
  readonly #judge: FrameJudge
  readonly #toInsert: Buffer[] = []
  /** The beginning of a frame whose header is not complete, and whether it went on already. */
  #head = NOTHING
  #isHeadUnderWay = false
  /** Bytes of the frame that are still to come. */
  #missing = 0
  #isTakenOut = false
  #isBlind = false

  constructor(judge: FrameJudge) {
    this.#judge = judge
  }

  /** Takes the next chunk and returns what goes on: the chunk itself when nothing was taken out, inserted or kept. */
  push(chunk: Buffer): Buffer {
    if (this.#isBlind) return chunk
    const bytes = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk])
    const pieces = new Pieces(bytes, this.#isHeadUnderWay ? this.#head.length : 0)
    const at = this.#judgeFrames(bytes, pieces)
    return pieces.upTo(this.#isBlind ? bytes.length : this.#keepHead(bytes, at))
  }

  /** Adds a whole frame of our own between two others. */
  insert(frame: Buffer): void {
    if (this.#missing === 0 && !this.#isHeadUnderWay) this.#judge.emit(frame)
    else this.#toInsert.push(frame)
  }

  /** What was kept of a frame that will not be finished. */
  flush(): Buffer {
    this.#isBlind = true
    return this.#isHeadUnderWay ? NOTHING : this.#head
  }

  /** Goes through the frames that can be judged; returns where the first one begins that cannot. */
  #judgeFrames(bytes: Buffer, pieces: Pieces): number {
    let at = 0
    while (at < bytes.length && (this.#missing > 0 || this.#begin(bytes, at))) {
      const end = Math.min(bytes.length, at + this.#missing)
      if (this.#isTakenOut) pieces.leaveOut(at, end)
      this.#missing -= end - at
      at = end
      if (this.#missing === 0 && this.#toInsert.length > 0) pieces.insert(at, this.#toInsert.splice(0))
    }
    return at
  }

  /** Judges the frame at `at`. `false`: its header is not complete, or is none. */
  #begin(bytes: Buffer, at: number): boolean {
    if (bytes.length - at < PREFIX_BYTES) return false
    const contentBytes = bytes.readInt32BE(at)
    const headerBytes = bytes.readInt32BE(at + LENGTH_BYTES) & 0xffffff
    if (contentBytes < LENGTH_BYTES + headerBytes || headerBytes > MAX_HEADER_BYTES) return this.#giveUp()
    const headerEnd = at + PREFIX_BYTES + headerBytes
    if (bytes.length < headerEnd) return false
    const command = decoded(bytes.subarray(at + LENGTH_BYTES, headerEnd))
    if (command === undefined) return this.#giveUp()
    const isUnderWay = at === 0 && this.#isHeadUnderWay
    this.#isTakenOut = !this.#judge.mayPass(command, isUnderWay) && !isUnderWay
    this.#missing = LENGTH_BYTES + contentBytes
    this.#isHeadUnderWay = false
    return true
  }

  /** Keeps an unfinished header for the next chunk; returns up to where bytes may go on. */
  #keepHead(bytes: Buffer, at: number): number {
    if (at === bytes.length) {
      this.#head = NOTHING
      return at
    }
    this.#isHeadUnderWay ||= !this.#judge.isStrict()
    // Whoever wrote these bytes may change them once it is told that they were written.
    this.#head = Buffer.from(bytes.subarray(at))
    return this.#isHeadUnderWay ? bytes.length : at
  }

  #giveUp(): false {
    this.#isBlind = true
    return false
  }
}

/** The pieces of a buffer that go on. */
class Pieces {
  readonly #bytes: Buffer
  readonly #before: number
  readonly #parts: Buffer[] = []
  #from: number

  /** @param before bytes at the beginning that went on already. */
  constructor(bytes: Buffer, before: number) {
    this.#bytes = bytes
    this.#before = before
    this.#from = before
  }

  leaveOut(start: number, end: number): void {
    this.#take(start)
    this.#from = end
  }

  insert(at: number, frames: readonly Buffer[]): void {
    this.#take(at)
    this.#parts.push(...frames)
  }

  /** Everything that goes on, without what lies behind `end`. */
  upTo(end: number): Buffer {
    if (this.#from === this.#before && this.#parts.length === 0) return this.#whole(end)
    this.#take(end)
    const [only = NOTHING, ...more] = this.#parts
    return more.length === 0 ? only : Buffer.concat(this.#parts)
  }

  #whole(end: number): Buffer {
    return this.#before === 0 && end === this.#bytes.length ? this.#bytes : this.#bytes.subarray(this.#before, end)
  }

  #take(end: number): void {
    if (end > this.#from) this.#parts.push(this.#bytes.subarray(this.#from, end))
    this.#from = end
  }
}

function decoded(frame: Buffer): RemotingCommand | undefined {
  try {
    return decodeCommand(frame)
  } catch {
    return undefined
  }
}
