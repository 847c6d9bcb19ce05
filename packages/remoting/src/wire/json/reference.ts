import { isJsonArray, type JsonKey, JsonNumber, JsonObject, type JsonValue } from './value'

/** The path of an object that only points to another one, as releases below 5.4.0 write a repeated instance. */
export function referenceIn(value: JsonValue): string | undefined {
  if (!(value instanceof JsonObject) || value.members.length !== 1) return undefined
  const path = value.get('$ref')
  return typeof path === 'string' ? path : undefined
}

/**
 * What a `$ref` points to: `$` the document, `$.a.b[0]` a part of it, `@` the container that holds the reference, `..` the one around that.
 * `ancestors` are the containers around the reference, outermost first. `undefined` when nothing is there.
 */
export function resolveReference(path: string, root: JsonValue, ancestors: readonly JsonValue[]): JsonValue | undefined {
  if (path === '@') return ancestors[ancestors.length - 1]
  if (path === '..') return ancestors[ancestors.length - 2]
  if (!path.startsWith('$')) return undefined
  let found: JsonValue | undefined = root
  for (const segment of segmentsOf(path)) {
    if (found === undefined || found === null) return undefined
    found = childOf(found, segment)
  }
  return found
}

const SEGMENT = /\.((?:\\[\s\S]|[^.[\\])+)|\[(\d+)\]|\[(?:"([^"]*)"|'([^']*)')\]/g

function segmentsOf(path: string): readonly string[] {
  return [...path.matchAll(SEGMENT)].map(
    ([, name, index, double, single]) => name?.replace(/\\([\s\S])/g, '$1') ?? index ?? double ?? single ?? ''
  )
}

function childOf(parent: JsonValue, segment: string): JsonValue | undefined {
  if (isJsonArray(parent)) return /^\d+$/.test(segment) ? parent[Number(segment)] : undefined
  if (!(parent instanceof JsonObject)) return undefined
  return parent.members.find((member) => nameOf(member.key) === segment)?.value
}

/** A key as a path names it; an object key by its Java `toString()`, and only message queues are such keys. */
function nameOf(key: JsonKey): string {
  if (typeof key === 'string') return key
  if (key instanceof JsonNumber) return key.text
  return `MessageQueue [topic=${plain(key.get('topic'))}, brokerName=${plain(key.get('brokerName'))}, queueId=${plain(key.get('queueId'))}]`
}

function plain(value: JsonValue | undefined): string {
  return value instanceof JsonNumber ? value.text : String(value)
}
