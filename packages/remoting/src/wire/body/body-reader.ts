import { ProtocolError } from 'net-ts-protocol-kit'
import { References, referenceIn } from '../json/reference'
import type { JsonValue } from '../json/value'
import type { BodyType } from './body-type'

const MAX_DEPTH = 64
/** References cost little text, so a short document could ask for any number of values: what a document may stand for grows with its length. */
const MAX_VALUES = 2_000_000
const FREE_VALUES = 1000
const MAX_VALUES_PER_BYTE = 16
const MAX_REFERENCES_IN_A_ROW = 8

/** One walk over a document along its schema: follows references, knows where it is, and ends. */
export class BodyReader {
  readonly #root: JsonValue
  readonly #references: References
  readonly #ancestors: JsonValue[] = []
  readonly #path: (string | number)[] = []
  #valuesLeft: number

  /** `length` is that of the document's text. */
  constructor(root: JsonValue, length = Number.POSITIVE_INFINITY) {
    this.#root = root
    this.#references = new References(root)
    this.#valuesLeft = Math.min(MAX_VALUES, FREE_VALUES + MAX_VALUES_PER_BYTE * length)
  }

  /** Reads the document itself. */
  readRoot<Value>(type: BodyType<Value>): Value {
    const json = this.#resolve(this.#root)
    return json === null ? this.fail('is missing') : type.read(json, this)
  }

  /**
   * Reads a part of `parent`; `undefined` for `null`, as official readers leave such a member alone. `step` leads there: an index, or text
   * as it is to stand in an error.
   */
  read<Value>(type: BodyType<Value>, json: JsonValue, parent: JsonValue, step: string | number): Value | undefined {
    this.#ancestors.push(parent)
    this.#path.push(step)
    if (this.#path.length > MAX_DEPTH) this.fail(`is deeper than ${MAX_DEPTH}`)
    if (this.#valuesLeft-- <= 0) this.fail('stands for too many values')
    const target = this.#resolve(json)
    const value = target === null || type.isNothing?.(target) === true ? undefined : type.read(target, this)
    this.#path.pop()
    this.#ancestors.pop()
    return value
  }

  fail(reason: string, member?: string): never {
    const steps = this.#path.map((step) => (typeof step === 'number' ? `[${step}]` : step))
    const field = [...steps, ...(member === undefined ? [] : [`.${member}`])].join('').replace(/^\./, '')
    throw new ProtocolError(`${field === '' ? 'body' : field} ${reason}`, { field, reason })
  }

  /** A reference to nothing is `null`, as official readers take it. */
  #resolve(json: JsonValue): JsonValue {
    let target = json
    for (let count = 0; count < MAX_REFERENCES_IN_A_ROW; count++) {
      const path = referenceIn(target)
      if (path === undefined) return target
      target = this.#references.resolve(path, this.#ancestors) ?? null
      if (this.#ancestors.includes(target)) this.fail('holds itself')
    }
    return this.fail('refers in circles')
  }
}
