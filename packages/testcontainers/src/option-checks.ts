import { OptionError } from './errors'

/** An object with no key but these. */
export function checkKeys(at: string, value: unknown, known: readonly string[]): void {
  const unknown = Object.keys(checkObject(at, value)).find((key) => !known.includes(key))
  if (unknown !== undefined) throw new OptionError(at === '' ? unknown : `${at}.${unknown}`, `is unknown; there are ${known.join(', ')}`)
}

export function checkObject(option: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>
  throw new OptionError(option, `must be an object, not ${value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value}`)
}

export function checkNumber(option: string, value: unknown, min: number, max: number): number | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max) return value
  throw new OptionError(option, `must be a whole number from ${min} to ${max}, not ${String(value)}`)
}

export function checkBoolean(option: string, value: unknown): boolean | undefined {
  if (value === undefined || typeof value === 'boolean') return value
  throw new OptionError(option, `must be true or false, not ${String(value)}`)
}

/** A text that matches, `example` being one. */
export function checkText(option: string, value: unknown, pattern: RegExp, example: string): string | undefined {
  if (value === undefined) return undefined
  if (typeof value === 'string' && pattern.test(value)) return value
  throw new OptionError(option, `must be such as ${example}, not ${JSON.stringify(value)}`)
}

export function checkTexts(option: string, value: unknown): ReadonlyMap<string, string> {
  const entries = Object.entries(checkObject(option, value))
  const wrong = entries.find(([, text]) => typeof text !== 'string')
  if (wrong !== undefined) throw new OptionError(`${option}.${wrong[0]}`, 'must be a string')
  return new Map(entries as [string, string][])
}
