import { OptionsError } from '@rocketmq-ts/client'

/** @throws OptionsError when it is no object, or names an option that there is not. */
export function refuseUnknown(what: string, options: unknown, known: readonly string[]): void {
  if (typeof options !== 'object' || options === null) throw new OptionsError(`${what}: options must be an object, not ${String(options)}`)
  const option = Object.keys(options).find((name) => !known.includes(name))
  if (option !== undefined) throw new OptionsError(`${what}: unknown option ${option}. Known: ${known.join(', ')}`, { option })
}

/** @throws OptionsError when it is given and no whole number within bounds. */
export function wholeNumber(name: string, value: unknown, fallback: number, { min, max }: { min: number; max: number }): number {
  if (value === undefined) return fallback
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= min && value <= max) return value
  throw new OptionsError(`${name} must be a whole number from ${min} to ${max}, not ${String(value)}`, { option: name })
}

/** @throws OptionsError when it is given and no function. */
export function functionOr<F extends ((...args: never[]) => unknown) | undefined>(name: string, value: F | undefined, fallback: F): F {
  if (value === undefined) return fallback
  if (typeof value === 'function') return value
  throw new OptionsError(`${name} must be a function, not ${String(value)}`, { option: name })
}
