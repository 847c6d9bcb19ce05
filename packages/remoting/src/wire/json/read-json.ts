import { ProtocolError } from 'net-ts-protocol-kit'
import { type JsonKey, type JsonMember, JsonNumber, JsonObject, type JsonValue } from './value'

/** What a document may cost. */
export interface JsonLimits {
  /** Arrays and objects inside one another. Default 64. */
  readonly maxDepth?: number
  /** Values in the whole document, names of members included. Default 1,000,000. */
  readonly maxValues?: number
}

/**
 * Reads the JSON dialect of official code: bare numeric and object keys, single quotes, trailing commas,
 * unquoted names. An empty text is `null`, as official readers take it.
 *
 * Iterative, so that depth costs no stack. Throws a {@link ProtocolError} with the offset in the text, and nothing else.
 * What the dialect is was read in remoting/…/protocol/RemotingSerializable.java and tried on fastjson 1.2.69 and fastjson2 2.0.59.
 */
export function readJson(text: string, limits: JsonLimits = {}): JsonValue {
  return new JsonReader(text, limits.maxDepth ?? 64, limits.maxValues ?? 1_000_000).read()
}

/** {@link readJson} of UTF-8 bytes. */
export function readJsonBytes(bytes: Buffer, limits?: JsonLimits): JsonValue {
  return readJson(bytes.toString('utf8'), limits)
}

interface OpenArray {
  readonly items: JsonValue[]
  /** A comma must come before the next item. */
  needsComma: boolean
}

interface OpenObject {
  readonly members: JsonMember[]
  /** This object is itself the key of a member of the one around it. */
  readonly isKey: boolean
  key: JsonKey | undefined
  needsComma: boolean
}

type Open = OpenArray | OpenObject

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ...Array.from({ length: 8 }, (_, code): [string, string] => [String(code), String.fromCharCode(code)])
])

const WHITESPACE = /\s*/y
const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const NAME = /[A-Za-z_$][\w$-]*/y
const PLAIN = { '"': /[^"\\]*/y, "'": /[^'\\]*/y }
const LITERALS: ReadonlyMap<string, JsonValue> = new Map<string, JsonValue>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', null],
  ['undefined', null]
])

class JsonReader {
  readonly #text: string
  readonly #maxDepth: number
  readonly #open: Open[] = []
  #valuesLeft: number
  #at = 0

  constructor(text: string, maxDepth: number, maxValues: number) {
    this.#text = text
    this.#maxDepth = maxDepth
    this.#valuesLeft = maxValues
  }

  read(): JsonValue {
    this.#skip()
    if (this.#at === this.#text.length) return null
    let value = this.#step()
    while (value === undefined) value = this.#step()
    this.#skip()
    if (this.#at < this.#text.length) this.#fail('text after the document')
    return value
  }

  /** Reads one token. The whole document when it is complete. */
  #step(): JsonValue | undefined {
    this.#skip()
    const around = this.#open[this.#open.length - 1]
    if (around === undefined) return this.#deliver(this.#start())
    if (around.needsComma) this.#separator(around)
    else if (this.#closes(around)) return this.#close(around)
    else if ('members' in around && around.key === undefined) this.#readKey(around)
    else return this.#deliver(this.#start())
    return undefined
  }

  #separator(around: Open): void {
    if (!this.#closes(around) && this.#text[this.#at] !== ',') this.#fail('a comma or the end is missing')
    while (this.#text[this.#at] === ',') {
      this.#at++
      this.#skip()
    }
    around.needsComma = false
  }

  #closes(around: Open): boolean {
    if ('items' in around) return this.#text[this.#at] === ']'
    return around.key === undefined && this.#text[this.#at] === '}'
  }

  #close(around: Open): JsonValue | undefined {
    this.#at++
    this.#open.pop()
    if ('items' in around) return this.#deliver(around.items)
    const object = new JsonObject(around.members)
    if (!around.isKey) return this.#deliver(object)
    this.#takeKey(this.#open[this.#open.length - 1] as OpenObject, object)
    return undefined
  }

  /** A complete scalar, or `undefined` after opening an array or object. */
  #start(): JsonValue | undefined {
    const character = this.#text[this.#at]
    if (character === '{') return this.#enter({ members: [], isKey: false, key: undefined, needsComma: false })
    if (character === '[') return this.#enter({ items: [], needsComma: false })
    return this.#scalar(character)
  }

  #enter(open: Open): undefined {
    if (this.#open.length >= this.#maxDepth) this.#fail(`deeper than ${this.#maxDepth}`)
    this.#count()
    this.#at++
    this.#open.push(open)
  }

  /** Puts a value where it belongs; hands it back when it is the document. */
  #deliver(value: JsonValue | undefined): JsonValue | undefined {
    if (value === undefined) return undefined
    const around = this.#open[this.#open.length - 1]
    if (around === undefined) return value
    if ('items' in around) around.items.push(value)
    else if (around.key !== undefined) {
      around.members.push({ key: around.key, value })
      around.key = undefined
    }
    around.needsComma = true
    return undefined
  }

  #readKey(object: OpenObject): void {
    const character = this.#text[this.#at]
    if (character === '{') {
      this.#enter({ members: [], isKey: true, key: undefined, needsComma: false })
      return
    }
    const key = this.#bareName() ?? this.#scalar(character)
    if (typeof key === 'string' || key instanceof JsonNumber) this.#takeKey(object, key)
    else this.#fail('not a member name')
  }

  #takeKey(object: OpenObject, key: JsonKey): void {
    this.#skip()
    if (this.#text[this.#at] !== ':') this.#fail('a colon is missing')
    this.#at++
    object.key = key
  }

  #bareName(): string | undefined {
    return this.#match(NAME)
  }

  #scalar(character: string | undefined): JsonValue {
    this.#count()
    if (character === '"' || character === "'") return this.#string(character)
    const number = this.#match(NUMBER)
    if (number !== undefined) return new JsonNumber(number)
    const literal = LITERALS.get(this.#match(NAME) ?? '')
    return literal === undefined ? this.#fail('not a value') : literal
  }

  #string(quote: '"' | "'"): string {
    this.#at++
    let read = this.#match(PLAIN[quote]) ?? ''
    while (this.#text[this.#at] === '\\') read += this.#escape() + (this.#match(PLAIN[quote]) ?? '')
    if (this.#text[this.#at] !== quote) this.#fail('a string without an end')
    this.#at++
    return read
  }

  #escape(): string {
    const kind = this.#text[this.#at + 1] ?? ''
    if (kind === 'u') return this.#hex(4)
    if (kind === 'x') return this.#hex(2)
    const character = ESCAPES.get(kind)
    if (character === undefined) return this.#fail('an unknown escape')
    this.#at += 2
    return character
  }

  #hex(digits: number): string {
    const text = this.#text.slice(this.#at + 2, this.#at + 2 + digits)
    if (text.length !== digits || !/^[\da-fA-F]+$/.test(text)) this.#fail('an unknown escape')
    this.#at += 2 + digits
    return String.fromCharCode(Number.parseInt(text, 16))
  }

  /** What a sticky pattern matches here, unless that is nothing. */
  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at
    const found = pattern.exec(this.#text)?.[0]
    if (found === undefined || found === '') return undefined
    this.#at += found.length
    return found
  }

  #skip(): void {
    this.#match(WHITESPACE)
  }

  #count(): void {
    if (this.#valuesLeft-- <= 0) this.#fail('too many values')
  }

  #fail(reason: string): never {
    throw new ProtocolError(`JSON: ${reason} at ${this.#at}`, { offset: this.#at, reason })
  }
}
