import { ProtocolError } from 'net-ts-protocol-kit'
import { JsonNumber } from './value'

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['F', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ...Array.from({ length: 8 }, (_, code): [string, string] => [String(code), String.fromCharCode(code)])
])

const WHITESPACE = /\s*/y
const NUMBER = /[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /[A-Za-z_$][\w$-]*/y
const PLAIN = { '"': /[^"\\]*/y, "'": /[^'\\]*/y }
const LITERALS: ReadonlyMap<string, null | boolean | JsonNumber> = new Map<string, null | boolean | JsonNumber>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', new JsonNumber('NaN')],
  ['undefined', null]
])

/**
 * The words of the dialect, one after another: every method takes what stands at `at` and moves behind it, never back, so that the whole
 * text is visited a fixed number of times. Throws a {@link ProtocolError} with the offset.
 */
export class TokenScanner {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get at(): number {
    return this.#at
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** The character here, and stays. */
  peek(): string | undefined {
    return this.#text[this.#at]
  }

  /** Passes one character. */
  pass(): void {
    this.#at++
  }

  /** Passes spaces, and comments, which fastjson 1 takes anywhere and fastjson2 in some places. */
  skip(): void {
    // What official writers write has none of either.
    if (isPlain(this.#text.charCodeAt(this.#at))) return
    this.#pass(WHITESPACE)
    while (this.#text[this.#at] === '/') {
      this.#comment()
      this.#pass(WHITESPACE)
    }
  }

  /** A name without quotes. */
  bareName(): string | undefined {
    return this.#match(NAME)
  }

  scalar(): null | boolean | string | JsonNumber {
    const character = this.#text[this.#at]
    if (character === '"' || character === "'") return this.#string(character)
    const number = this.#match(NUMBER)
    if (number !== undefined) return new JsonNumber(number)
    const literal = LITERALS.get(this.#match(NAME) ?? '')
    return literal === undefined ? this.fail('not a value') : literal
  }

  fail(reason: string): never {
    throw new ProtocolError(`JSON: ${reason} at ${this.#at}`, { offset: this.#at, reason })
  }

  #comment(): void {
    const kind = this.#text[this.#at + 1]
    const end = kind === '*' ? this.#text.indexOf('*/', this.#at + 2) + 2 : kind === '/' ? this.#lineEnd() : 0
    if (end < this.#at + 2) this.fail(kind === '*' ? 'a comment without an end' : 'not a value')
    this.#at = end
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at + 2)
    return end < 0 ? this.#text.length : end
  }

  #string(quote: '"' | "'"): string {
    this.#at++
    let read = this.#match(PLAIN[quote]) ?? ''
    while (this.#text[this.#at] === '\\') read += this.#escape() + (this.#match(PLAIN[quote]) ?? '')
    if (this.#text[this.#at] !== quote) this.fail('a string without an end')
    this.#at++
    return read
  }

  #escape(): string {
    const kind = this.#text[this.#at + 1] ?? ''
    if (kind === 'u') return this.#hex(4)
    if (kind === 'x') return this.#hex(2)
    const character = ESCAPES.get(kind)
    if (character === undefined) return this.fail('an unknown escape')
    this.#at += 2
    return character
  }

  #hex(digits: number): string {
    const text = this.#text.slice(this.#at + 2, this.#at + 2 + digits)
    if (text.length !== digits || !/^[\da-fA-F]+$/.test(text)) this.fail('an unknown escape')
    this.#at += 2 + digits
    return String.fromCharCode(Number.parseInt(text, 16))
  }

  /** What a sticky pattern matches here, unless that is nothing. */
  #match(pattern: RegExp): string | undefined {
    const start = this.#at
    this.#pass(pattern)
    return this.#at === start ? undefined : this.#text.slice(start, this.#at)
  }

  /** Passes what a sticky pattern matches here. */
  #pass(pattern: RegExp): void {
    pattern.lastIndex = this.#at
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex
  }
}

/** Surely neither space nor slash: a letter, a quote, a bracket, a comma. */
function isPlain(code: number): boolean {
  return code > SPACE && code < DELETE && code !== SLASH
}

const SPACE = 0x20
const SLASH = 0x2f
const DELETE = 0x7f
