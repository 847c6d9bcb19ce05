import { readJson } from './read-json'
import { isJsonArray, type JsonKey, JsonNumber, JsonObject, type JsonValue } from './value'

/** Longer than any path that a document of the releases needs. */
const MAX_PATH_LENGTH = 1024

/** The path of an object that only points to another one, as releases below 5.4.0 write a repeated instance. */
export function referenceIn(value: JsonValue): string | undefined {
  if (!(value instanceof JsonObject) || value.members.length !== 1) return undefined
  const path = value.get('$ref')
  return typeof path === 'string' && isPath(path) ? path : undefined
}

/** Anything else is a member that happens to have that name, for every official reader. */
function isPath(path: string): boolean {
  return path.startsWith('$') || path === '@' || path === '..'
}

/** What the `$ref`s of one document point to. Each object is indexed once at most, however many paths lead through it. */
export class References {
  readonly #root: JsonValue
  readonly #named = new Map<JsonObject, ReadonlyMap<string, JsonValue>>()

  constructor(root: JsonValue) {
    this.#root = root
  }

  /**
   * `$` the document, `$.a.b[0]` a part of it, `@` the container that holds the reference, `..` the one around that.
   * `ancestors` are the containers around the reference, outermost first. `undefined` when nothing is there.
   */
  resolve(path: string, ancestors: readonly JsonValue[]): JsonValue | undefined {
    if (path === '@') return ancestors[ancestors.length - 1]
    if (path === '..') return ancestors[ancestors.length - 2]
    if (path.length > MAX_PATH_LENGTH) return undefined
    let found: JsonValue | undefined = this.#root
    for (const segment of segmentsOf(path)) {
      if (found === undefined || found === null) return undefined
      found = this.#childOf(found, segment)
    }
    return found
  }

  #childOf(parent: JsonValue, segment: string): JsonValue | undefined {
    if (isJsonArray(parent)) return /^-?\d+$/.test(segment) ? parent.at(Number(segment)) : undefined
    return parent instanceof JsonObject ? this.#namesOf(parent).get(segment) : undefined
  }

  #namesOf(object: JsonObject): ReadonlyMap<string, JsonValue> {
    const known = this.#named.get(object)
    if (known !== undefined) return known
    const named = new Map(object.members.map(({ key, value }) => [nameOf(key), value]))
    this.#named.set(object, named)
    return named
  }
}

const SEGMENT = /\.((?:\\[\s\S]|[^.[\\])+)|\[(-?\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/g

function segmentsOf(path: string): readonly string[] {
  return [...path.matchAll(SEGMENT)].map(
    ([, name, index, double, single]) => name?.replace(/\\([\s\S])/g, '$1') ?? index ?? double ?? single ?? ''
  )
}

/** A key as a path names it; an object key, bare or in text, by its Java `toString()`, and only message queues are such keys. */
function nameOf(key: JsonKey): string {
  if (key instanceof JsonNumber) return key.text
  const object = typeof key === 'string' ? objectIn(key) : key
  return object instanceof JsonObject ? queueName(object) : String(key)
}

function objectIn(text: string): JsonValue {
  try {
    return text.startsWith('{') ? readJson(text) : null
  } catch {
    return null
  }
}

function queueName(key: JsonObject): string {
  return `MessageQueue [topic=${plain(key.get('topic'))}, brokerName=${plain(key.get('brokerName'))}, queueId=${plain(key.get('queueId'))}]`
}

function plain(value: JsonValue | undefined): string {
  return value instanceof JsonNumber ? value.text : String(value)
}
