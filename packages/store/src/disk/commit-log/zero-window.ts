import { FileError } from '../../files/file-error'
import type { ResolvedDiskOptions } from '../disk-options'
import type { StoreLogger } from '../store-clock'
import type { LogFile, LogFiles } from './log-files'
import type { LogWriter } from './log-writer'
import type { NewLogFile } from './new-log-file'
import { writeZeros, writeZerosLater, ZERO_PIECE_BYTES } from './zeros'

/** Zeros that are written in the caller's turn beyond those that are needed, at least. Bytes. */
const HURRIED_BYTES = 64 * 1024
/** A piece is begun only this many bursts ahead of the end of the log. */
const SAFE_BURSTS = 2
/** How far the log is expected to go while a piece is under way, at least, as a share of the window: a sync holds pieces up for long. */
const LEAST_BURST = 1 / 8
/** A burst is forgotten slowly, by this share with each piece: the next sync is hundreds of pieces away. */
const BURST_DECAY = 1 / 512

/** What a window of zeros is made with. */
export interface ZeroWindowParts {
  readonly options: ResolvedDiskOptions
  readonly files: LogFiles
  readonly writer: LogWriter
  readonly newFile: NewLogFile
}

/** A file from the end of the log on, and up to where it has room that is really there. Physical offsets. */
interface Room {
  readonly file: LogFile
  end: number
}

/**
 * Real zeros ahead of the end of the log, into the next file when this one ends soon. Written off the event loop, in pieces; a full disk
 * shows here, before a record is accepted. Nothing but zeros is ever overwritten: no record is put where a piece is still under way.
 */
export class ZeroWindow {
  readonly #files: LogFiles
  readonly #writer: LogWriter
  readonly #newFile: NewLogFile
  readonly #logger: StoreLogger
  readonly #aheadBytes: number
  #rooms: Room[] = []
  #end = 0
  /** Beyond this end of the log more zeros are wanted. */
  #refillAt = 0
  /** The file in which zeros are being written, and settled when they are. */
  #busy: LogFile | undefined
  #refilling: Promise<void> | undefined
  /** How far the log went while a piece was under way. Bytes. */
  #burst = 0
  #isClosed = false
  /** No more zeros are tried off the event loop, until a record has found room again. */
  #isFailing = false

  constructor({ options, files, writer, newFile }: ZeroWindowParts) {
    this.#files = files
    this.#writer = writer
    this.#newFile = newFile
    this.#logger = options.logger
    this.#aheadBytes = options.zeroAheadBytes
  }

  /** Begins at the end of the log, behind which there are no zeros yet. */
  begin(end: number): void {
    this.#rooms = this.#files.all.filter((file) => file.end > end).map((file) => ({ file, end: Math.max(end, file.start) }))
    this.moveTo(end)
  }

  /** Up to where the file has room. Physical offset. */
  roomOf(file: LogFile): number {
    return this.#roomOf(file)?.end ?? file.start
  }

  /**
   * Sees that a file has room up to an offset, writing zeros in this call when it must. Whether it has: not where zeros are still under way.
   *
   * @throws FileError.
   */
  reach(file: LogFile, physicalOffset: number): boolean {
    const room = this.#roomOf(file)
    if (room === undefined || physicalOffset > file.end) return false
    if (room.end >= physicalOffset) return true
    if (this.#busy === file) return false
    // So many that the next piece can be written off the event loop again.
    const more = Math.max(HURRIED_BYTES, Math.min(2 * SAFE_BURSTS * this.#burst, this.#aheadBytes))
    const to = Math.min(file.end, physicalOffset + Math.ceil(more))
    writeZeros(this.#writer.fileOf(file), room.end - file.start, to - file.start)
    room.end = to
    this.#isFailing = false
    return true
  }

  /** The file behind another, made now if it must be. @throws FileError. */
  fileBehind(file: LogFile | undefined, start: number): LogFile {
    const next = file === undefined ? undefined : this.#files.find(file.end)
    return next ?? this.#install(start)
  }

  /** The log ends here now: goes on writing zeros off the event loop when there are not enough. Cheap when there are. */
  moveTo(end: number): void {
    this.#end = end
    if (end < this.#refillAt || this.#refilling !== undefined || this.#isFailing || this.#isClosed || !this.#isSafe()) return
    this.#refilling = this.#refill().finally(() => {
      this.#refilling = undefined
    })
  }

  /** Settles when no more zeros are wanted, or can be had. */
  async settled(): Promise<void> {
    await this.#refilling
  }

  /** Forgets files that end at or before the offset. */
  leave(physicalOffset: number): void {
    const [first] = this.#rooms
    if (first !== undefined && first.file.end <= physicalOffset) this.#rooms = this.#rooms.filter(({ file }) => file.end > physicalOffset)
  }

  /** Writes no more. Settles when nothing is under way. */
  async close(): Promise<void> {
    this.#isClosed = true
    await this.#refilling
  }

  async #refill(): Promise<void> {
    try {
      while (!this.#isClosed && this.#isSafe() && (await this.#addPiece()));
    } catch (error) {
      this.#failed(error)
    }
    this.#burst = Math.max(this.#burst, this.#aheadBytes * LEAST_BURST)
    this.#refillAt = this.#isFailing ? this.#end : this.#zeroedEnd() - this.#aheadBytes / 2
  }

  /** Adds zeros where the next ones are wanted. Whether any were. */
  async #addPiece(): Promise<boolean> {
    const file = this.#files.find(this.#end)
    const room = file === undefined ? undefined : this.#roomOf(file)
    const wanted = this.#end + this.#aheadBytes
    if (file !== undefined && room !== undefined && room.end < Math.min(wanted, file.end)) return this.#extend(room, wanted)
    if (file === undefined) return this.#addFile(this.#end)
    if (wanted <= file.end) return false
    const next = this.#files.find(file.end)
    if (next === undefined) return this.#addFile(file.end)
    const nextRoom = this.#roomOf(next)
    return nextRoom !== undefined && nextRoom.end < Math.min(wanted, next.end) && this.#extend(nextRoom, wanted)
  }

  async #extend(room: Room, wanted: number): Promise<boolean> {
    const { file, end: from } = room
    const to = Math.min(wanted, file.end, from + ZERO_PIECE_BYTES)
    const before = this.#end
    this.#busy = file
    try {
      await writeZerosLater(this.#writer.fileOf(file), from - file.start, to - file.start)
      room.end = to
    } finally {
      this.#busy = undefined
      this.#burst = Math.max(this.#end - before, this.#burst * (1 - BURST_DECAY))
    }
    return true
  }

  async #addFile(start: number): Promise<boolean> {
    await this.#newFile.prepare()
    // A record may not have waited for it: then it is ready for the next time.
    if (this.#isClosed || (this.#files.last?.end ?? start) !== start) return false
    this.#install(start)
    return true
  }

  #install(start: number): LogFile {
    const { file, zeroedBytes } = this.#newFile.install(start)
    this.#isFailing = false
    this.#rooms.push({ file, end: start + zeroedBytes })
    return file
  }

  #roomOf(file: LogFile): Room | undefined {
    return this.#rooms.find((room) => room.file.start === file.start)
  }

  /** Whether a piece will be done before the log comes to it, if that goes on as it did. */
  #isSafe(): boolean {
    return this.#zeroedEnd() - this.#end >= SAFE_BURSTS * this.#burst
  }

  /** Where the zeros that follow the end of the log end. */
  #zeroedEnd(): number {
    let zeroed = this.#end
    for (const { file, end } of this.#rooms) if (file.start <= zeroed && end > zeroed) zeroed = end
    return zeroed
  }

  #failed(error: unknown): void {
    if (!(error instanceof FileError)) throw error
    if (!this.#isFailing) this.#logger.warn('no zeros could be written ahead of the commit log', { path: error.path, reason: error.reason })
    this.#isFailing = true
  }
}
