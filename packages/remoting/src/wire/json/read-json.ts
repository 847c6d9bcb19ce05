import { TokenScanner } from './token-scanner'
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
 * unquoted names, comments. An empty text is `null`, as official readers take it.
 *
 * Iterative, so that depth costs no stack. Throws a {@link ProtocolError} with the offset in the text, and nothing else.
 * What the dialect is was read in remoting/…/protocol/RemotingSerializable.java and recorded from fastjson 1.2.69, 1.2.83 and fastjson2
 * 2.0.59 in fixtures/json. `onStep` is told the offset of every step, so that a test can count them.
 */
export function readJson(text: string, limits: JsonLimits = {}, onStep?: (offset: number) => void): JsonValue {
  return new JsonReader(text, limits.maxDepth ?? 64, limits.maxValues ?? 1_000_000, onStep).read()
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

class JsonReader {
  readonly #text: TokenScanner
  readonly #maxDepth: number
  readonly #onStep: ((offset: number) => void) | undefined
  readonly #open: Open[] = []
  #valuesLeft: number

  constructor(text: string, maxDepth: number, maxValues: number, onStep: ((offset: number) => void) | undefined) {
    this.#text = new TokenScanner(text)
    this.#maxDepth = maxDepth
    this.#valuesLeft = maxValues
    this.#onStep = onStep
  }

  read(): JsonValue {
    this.#text.skip()
    if (this.#text.isAtEnd) return null
    let value = this.#step()
    while (value === undefined) value = this.#step()
    this.#text.skip()
    if (!this.#text.isAtEnd) this.#text.fail('text after the document')
    return value
  }

  /** Reads one token. The whole document when it is complete. */
  #step(): JsonValue | undefined {
    this.#text.skip()
    this.#onStep?.(this.#text.at)
    const around = this.#open[this.#open.length - 1]
    if (around === undefined) return this.#deliver(this.#start())
    if (around.needsComma) this.#separator(around)
    else if (this.#closes(around)) return this.#close(around)
    else if ('members' in around && around.key === undefined) this.#readKey(around)
    else return this.#deliver(this.#start())
    return undefined
  }

  #separator(around: Open): void {
    if (!this.#closes(around) && this.#text.peek() !== ',') this.#text.fail('a comma or the end is missing')
    while (this.#text.peek() === ',') {
      this.#text.pass()
      this.#text.skip()
    }
    around.needsComma = false
  }

  #closes(around: Open): boolean {
    if ('items' in around) return this.#text.peek() === ']'
    return around.key === undefined && this.#text.peek() === '}'
  }

  #close(around: Open): JsonValue | undefined {
    this.#text.pass()
    this.#open.pop()
    if ('items' in around) return this.#deliver(around.items)
    const object = new JsonObject(around.members)
    if (!around.isKey) return this.#deliver(object)
    this.#takeKey(this.#open[this.#open.length - 1] as OpenObject, object)
    return undefined
  }

  /** A complete scalar, or `undefined` after opening an array or object. */
  #start(): JsonValue | undefined {
    const character = this.#text.peek()
    if (character === '{') return this.#enter({ members: [], isKey: false, key: undefined, needsComma: false })
    if (character === '[') return this.#enter({ items: [], needsComma: false })
    return this.#scalar()
  }

  #enter(open: Open): undefined {
    if (this.#open.length >= this.#maxDepth) this.#text.fail(`deeper than ${this.#maxDepth}`)
    this.#count()
    this.#text.pass()
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
    const character = this.#text.peek()
    if (character === '{') {
      this.#enter({ members: [], isKey: true, key: undefined, needsComma: false })
      return
    }
    const key = this.#text.bareName() ?? this.#scalar()
    if (typeof key === 'string' || key instanceof JsonNumber) this.#takeKey(object, key)
    else this.#text.fail('not a member name')
  }

  #takeKey(object: OpenObject, key: JsonKey): void {
    this.#text.skip()
    if (this.#text.peek() !== ':') this.#text.fail('a colon is missing')
    this.#text.pass()
    object.key = key
  }

  #scalar(): JsonValue {
    this.#count()
    return this.#text.scalar()
  }

  #count(): void {
    if (this.#valuesLeft-- <= 0) this.#text.fail('too many values')
  }
}
