import { OptionsError } from './errors'

/**
 * How one option is read: gets the value given (`undefined` when left out) and its name, returns what is used or throws
 * an {@link OptionsError}.
 */
export type OptionReader<T> = (value: unknown, name: string) => T

/** A reader for every member of `T`. */
export type OptionReaders<T> = { readonly [K in keyof T]-?: OptionReader<T[K]> }

/**
 * Reads an options object once: every member through its reader, unknown names refused, the result frozen. The object
 * given is never changed or kept.
 *
 * @throws OptionsError naming the option.
 */
export function readOptions<T extends object>(what: string, given: unknown, readers: OptionReaders<T>): Readonly<T> {
  if (typeof given !== 'object' || given === null) throw new OptionsError(`${what}: options must be an object, not ${show(given)}`)
  const known = Object.keys(readers)
  for (const name of Object.keys(given)) {
    if (!known.includes(name)) throw new OptionsError(`${what}: unknown option ${name}. Known: ${known.join(', ')}`, { option: name })
  }
  const source = new Map(Object.entries(given))
  const entries = known.map((name) => [name, readers[name as keyof T](source.get(name), `${what}: ${name}`)] as const)
  return Object.freeze(Object.fromEntries(entries)) as Readonly<T>
}

/** A whole number within bounds. */
export function wholeNumber(fallback: number, { min = 0, max = Number.MAX_SAFE_INTEGER } = {}): OptionReader<number> {
  return (value, name) => {
    if (value === undefined) return fallback
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
    throw invalid(name, `must be a whole number from ${min} to ${max}`, value)
  }
}

/** Milliseconds, as a timer can take them. */
export function milliseconds(fallback: number, min = 1): OptionReader<number> {
  return wholeNumber(fallback, { min, max: 2 ** 31 - 1 })
}

export function flag(fallback: boolean): OptionReader<boolean> {
  return (value, name) => {
    if (value === undefined) return fallback
    if (typeof value === 'boolean') return value
    throw invalid(name, 'must be true or false', value)
  }
}

/** A text that must be given and that `problemOf` finds nothing wrong with. */
export function requiredText(problemOf: (text: string) => string | undefined): OptionReader<string> {
  return (value, name) => {
    if (typeof value !== 'string') throw invalid(name, 'must be a text', value)
    const problem = problemOf(value)
    if (problem !== undefined) throw invalid(name, problem, value)
    return value
  }
}

/** Anything with these methods; `fallback` when left out. */
export function objectWith<T extends object | undefined>(fallback: T, ...methods: readonly string[]): OptionReader<T> {
  return (value, name) => {
    if (value === undefined) return fallback
    const isObject = typeof value === 'object' || typeof value === 'function'
    const missing = isObject && value !== null ? methods.filter((method) => typeof Reflect.get(value, method) !== 'function') : methods
    if (!isObject || value === null || missing.length > 0)
      throw invalid(name, `must be an object with ${methods.join(', ') || 'members'}`, value)
    return value as T
  }
}

export function invalid(name: string, rule: string, value: unknown): OptionsError {
  return new OptionsError(`${name} ${rule}, not ${show(value)}`, { option: name })
}

function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 128))
  if (typeof value === 'object' && value !== null) return Array.isArray(value) ? 'an array' : 'an object'
  return String(value)
}
