import { type JsonKey, JsonNumber, JsonObject, type JsonValue, writeJson } from '../wire/index'
import { REDACTED, type Redaction } from './redaction'

/**
 * A document of official code as any JSON reader takes it: keys are text, integers beyond 2^53 − 1 are text too. The document is at most 64
 * deep, so this may recurse.
 */
export function plainJson(value: JsonValue, redaction: Redaction): unknown {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof JsonNumber) return plainNumber(value.text)
  if (value instanceof JsonObject) return plainObject(value, redaction)
  return value.map((item) => plainJson(item, redaction))
}

function plainObject(object: JsonObject, redaction: Redaction): object {
  return Object.fromEntries(
    object.members.map(({ key, value }) => {
      const name = keyText(key)
      return [name, redaction.hides(name) ? REDACTED : plainJson(value, redaction)]
    })
  )
}

function keyText(key: JsonKey): string {
  if (typeof key === 'string') return key
  return key instanceof JsonNumber ? key.text : writeJson(key)
}

function plainNumber(digits: string): number | string {
  const number = Number(digits)
  return Number.isSafeInteger(number) || !/^[+-]?\d+$/.test(digits) ? number : digits
}
