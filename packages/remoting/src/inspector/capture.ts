import { CodedError } from 'net-ts-protocol-kit'
import { HexText } from './hex-text'
import type { Way } from './inspection'

/** How the bytes of a capture are written; `auto` looks at how it begins. */
export type CaptureFormat = 'auto' | 'raw' | 'hex'

/** Told the bytes of a capture, by the stream that they belong to. */
export type CaptureListener = (way: Way, bytes: Buffer) => void

/** What must be there to tell one format from another. */
const SNIFFED_BYTES = 64

/** A capture in whatever form: text in, or bytes in, bytes out. */
export class Capture {
  readonly #way: Way
  readonly #listener: CaptureListener
  #format: CaptureFormat
  #hex: HexText | undefined
  #begin: Buffer = Buffer.alloc(0)

  /** `way` is what the capture is said to hold. */
  constructor(format: CaptureFormat, way: Way, listener: CaptureListener) {
    this.#format = format
    this.#way = way
    this.#listener = listener
  }

  /** Throws a `CodedError` (`CAPTURE_INVALID`) for hex that is none, and for files of packets. */
  push(chunk: Buffer): void {
    if (this.#format === 'auto') {
      this.#begin = Buffer.concat([this.#begin, chunk])
      if (this.#begin.length >= SNIFFED_BYTES) this.#takeBegin()
    } else this.#take(chunk)
  }

  end(): void {
    if (this.#begin.length > 0) this.#takeBegin()
    this.#hex?.end()
  }

  #takeBegin(): void {
    refusePackets(this.#begin)
    this.#format = looksLikeHex(this.#begin) ? 'hex' : 'raw'
    this.#take(this.#begin)
    this.#begin = Buffer.alloc(0)
  }

  #take(chunk: Buffer): void {
    if (this.#format === 'raw') this.#listener(this.#way, chunk)
    else {
      this.#hex ??= new HexText(this.#way, this.#listener)
      this.#hex.push(chunk.toString('latin1'))
    }
  }
}

/** A frame begins with a zero byte: its length is below 16 MiB. So these characters are not one. */
function looksLikeHex(begin: Buffer): boolean {
  const text = begin.toString('latin1', 0, SNIFFED_BYTES)
  return /^\s*=====/.test(text) || /^[\s\da-fA-FxX:,]+$/.test(text)
}

/** pcap in both byte orders and both resolutions, and pcapng. */
const PACKET_FILES: ReadonlySet<string> = new Set(['a1b2c3d4', 'd4c3b2a1', 'a1b23c4d', '4d3cb2a1', '0a0d0d0a'])

function refusePackets(begin: Buffer): void {
  if (!PACKET_FILES.has(begin.toString('hex', 0, 4))) return
  const advice = 'write the stream of one connection with: tshark -r FILE -q -z follow,tcp,raw,0'
  throw new CodedError('CAPTURE_INVALID', `this is a file of packets (pcap), and a stream is wanted; ${advice}`)
}
