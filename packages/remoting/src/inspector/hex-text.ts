import { CodedError } from 'net-ts-protocol-kit'
import type { CaptureListener } from './capture'
import type { Way } from './inspection'

/** A line that has not ended is dealt with in parts of this length, so that one endless line takes no memory. */
const PART_LENGTH = 1 << 16
/** What stands around the bytes in what `tshark -z follow,tcp,raw,0` writes. */
const FOLLOW_LINE = /^(?:=+|Follow: .*|Filter: .*|Node [01]: .*)\r?$/

/**
 * Bytes written as hex digits, with or without blanks, colons, commas or `0x`. Of what `tshark -z follow,tcp,raw,0` writes, the lines that
 * begin with a tab are the other direction.
 */
export class HexText {
  readonly #listener: CaptureListener
  #way: Way
  #isFollow = false
  #line = ''
  #lineNumber = 1
  #isLineStart = true
  #digits = ''

  constructor(way: Way, listener: CaptureListener) {
    this.#way = way
    this.#listener = listener
  }

  push(text: string): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) {
      this.#takeLine(line)
      this.#lineNumber++
      this.#isLineStart = true
    }
    if (this.#line.length < PART_LENGTH) return
    this.#takeLine(this.#line)
    this.#line = ''
    this.#isLineStart = false
  }

  /** Throws when the digits end within a byte. */
  end(): void {
    this.#takeLine(this.#line)
    this.#line = ''
    if (this.#digits !== '') throw this.#invalid('the text ends in the middle of a byte')
  }

  #takeLine(line: string): void {
    if (this.#isLineStart && line.length < PART_LENGTH && FOLLOW_LINE.test(line)) {
      this.#isFollow = true
      return
    }
    if (this.#isLineStart && this.#isFollow && line !== '') this.#turn(line.startsWith('\t') ? 'to-client' : 'to-server')
    this.#takeDigits(line.replaceAll(/0[xX]|[\s:,]/g, ''))
  }

  #turn(way: Way): void {
    if (way !== this.#way && this.#digits !== '') throw this.#invalid('the line before it ends in the middle of a byte')
    this.#way = way
  }

  #takeDigits(digits: string): void {
    const wrong = /[^\da-fA-F]/.exec(digits)
    if (wrong !== null) throw this.#invalid(`${JSON.stringify(wrong[0])} is no hex digit`)
    const all = this.#digits + digits
    this.#digits = all.length % 2 === 0 ? '' : all.slice(-1)
    if (all.length > 1) this.#listener(this.#way, Buffer.from(all.slice(0, all.length - this.#digits.length), 'hex'))
  }

  #invalid(what: string): CodedError {
    return new CodedError('CAPTURE_INVALID', `line ${this.#lineNumber} of the hex text: ${what}`, { facts: { line: this.#lineNumber } })
  }
}
