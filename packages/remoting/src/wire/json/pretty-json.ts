import { isJsonArray, type JsonMember, JsonObject, type JsonValue } from './value'
import { writeJson } from './write-json'

/**
 * Writes a document over several lines with tabs, as official brokers since 5.4.0 write the files of their `config/` directory
 * (read in common/…/ConfigManager.java: `encode(true)`, which is fastjson2's `PrettyFormat`). Every official reader reads it.
 */
export function prettyJson(value: JsonValue): string {
  return pretty(value, '')
}

function pretty(value: JsonValue, indent: string): string {
  if (isJsonArray(value)) return lines('[', value, ']', indent, pretty)
  if (!(value instanceof JsonObject)) return writeJson(value)
  return value.members.length === 0 ? '{}' : lines('{', value.members, '}', indent, prettyMember)
}

/** A key is text, a bare number, or an object over lines of its own. */
function prettyMember({ key, value }: JsonMember, indent: string): string {
  const name = key instanceof JsonObject || typeof key === 'string' ? pretty(key, indent) : key.text
  return `${name}:${pretty(value, indent)}`
}

/** Nothing between the brackets still has its line, which is how fastjson2 writes an empty list. */
function lines<Item>(
  open: string,
  items: readonly Item[],
  close: string,
  indent: string,
  write: (item: Item, indent: string) => string
): string {
  const inner = `${indent}\t`
  return `${open}\n${inner}${items.map((item) => write(item, inner)).join(`,\n${inner}`)}\n${indent}${close}`
}
