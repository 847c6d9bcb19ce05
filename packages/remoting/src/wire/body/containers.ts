import { readJson } from '../json/read-json'
import { isJsonArray, type JsonKey, JsonNumber, JsonObject, type JsonValue } from '../json/value'
import { type JsonStyle, objectKey, quote } from '../json/write-json'
import { parseSafe } from '../numbers'
import type { BodyReader } from './body-reader'
import type { BodyType } from './body-type'

/** A list. `null` items are left out. */
export function list<Item>(of: BodyType<Item>): BodyType<readonly Item[]> {
  return {
    name: `list of ${of.name}`,
    read: (json, reader) => {
      if (!isJsonArray(json)) return reader.fail('is not a list')
      const items: Item[] = []
      for (const [index, item] of json.entries()) {
        const value = reader.read(of, item, json, index)
        if (value !== undefined) items.push(value)
      }
      return items
    },
    write: (value, style) => `[${value.map((item) => of.write(item, style)).join(',')}]`
  }
}

/** A map by text, in the order of the wire. */
export function stringMap<Value>(of: BodyType<Value>): BodyType<ReadonlyMap<string, Value>> {
  return mapType(
    `map of ${of.name}`,
    of,
    (key, reader) => (key instanceof JsonObject ? reader.fail('has an object as key') : typeof key === 'string' ? key : key.text),
    quote
  )
}

/** A map by number: bare keys on the wire, in quotes in the standard form. Read in either. */
export function numberMap<Value>(of: BodyType<Value>): BodyType<ReadonlyMap<number, Value>> {
  return mapType(
    `map by number of ${of.name}`,
    of,
    (key, reader) =>
      parseSafe(typeof key === 'string' ? key : key instanceof JsonNumber ? key.text : '') ?? reader.fail('has a key that is no number'),
    (key, style) => (style.standard === true ? `"${key}"` : String(key))
  )
}

/**
 * A map with objects as keys, as pairs in the order of the wire; of equal keys the last one counts, and `null` is no key. Written with bare
 * objects as keys, the only form that every release reads; read also from keys that are text holding the object, as fastjson 1 writes them
 * in the standard form.
 */
export function objectMap<Key, Value>(keyType: BodyType<Key>, of: BodyType<Value>): BodyType<ReadonlyArray<readonly [Key, Value]>> {
  return {
    name: `map by ${keyType.name} of ${of.name}`,
    read: (json, reader) => {
      const pairs = new Map<string, readonly [Key, Value]>()
      for (const [key, value] of readMembers(json, reader, of, (name) => readObjectKey(keyType, name, json, reader))) {
        if (key !== undefined) pairs.set(keyType.write(key, {}), [key, value])
      }
      return [...pairs.values()]
    },
    write: (value, style) =>
      `{${value.map(([key, item]) => `${objectKey((inner) => keyType.write(key, inner), style)}:${of.write(item, style)}`).join(',')}}`
  }
}

function readObjectKey<Key>(type: BodyType<Key>, key: JsonKey, map: JsonValue, reader: BodyReader): Key | undefined {
  return reader.read(type, typeof key === 'string' ? readJson(key) : key, map, '(key)')
}

function mapType<Key extends string | number, Value>(
  name: string,
  of: BodyType<Value>,
  readKey: (key: JsonKey, reader: BodyReader) => Key,
  writeKey: (key: Key, style: JsonStyle) => string
): BodyType<ReadonlyMap<Key, Value>> {
  return {
    name,
    read: (json, reader) => new Map(readMembers(json, reader, of, (key) => readKey(key, reader))),
    write: (value, style) => `{${[...value].map(([key, item]) => `${writeKey(key, style)}:${of.write(item, style)}`).join(',')}}`
  }
}

/** Members with a value that is `null` are left out, as official writers do. */
function readMembers<Key, Value>(
  json: JsonValue,
  reader: BodyReader,
  of: BodyType<Value>,
  readKey: (key: JsonKey) => Key
): ReadonlyArray<readonly [Key, Value]> {
  if (!(json instanceof JsonObject)) return reader.fail('is not a map')
  const entries: (readonly [Key, Value])[] = []
  for (const member of json.members) {
    const key = readKey(member.key)
    const value = reader.read(of, member.value, json, typeof key === 'object' ? '[…]' : `[${String(key).slice(0, 64)}]`)
    if (value !== undefined) entries.push([key, value])
  }
  return entries
}
