import { JsonNumber, JsonObject, type JsonValue, readJson } from '@rocketmq-ts/remoting/wire'

/** A name and what stands behind it. */
export type DocumentRow = readonly [name: string, value: JsonValue]

/** The rows of a table in a document that official brokers write, such as `topicConfigTable`; `undefined` when it is not there. @throws ProtocolError for what is no JSON */
export function tableIn(document: string, table: string): readonly DocumentRow[] | undefined {
  const found = memberOf(readJson(document, { maxValues: document.length }), table)
  return found instanceof JsonObject ? rowsOf(found) : undefined
}

/** Names are text, or whole numbers without quotes. */
export function rowsOf(object: JsonObject): readonly DocumentRow[] {
  return object.members.flatMap(({ key, value }): DocumentRow[] => {
    if (typeof key === 'string') return [[key, value]]
    return key instanceof JsonNumber ? [[key.text, value]] : []
  })
}

/** `undefined` too of what has no members. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  return value instanceof JsonObject ? value.get(name) : undefined
}
