/**
 * Text of a store as a terminal may be given it: control characters, which could move its cursor or change its title, and those that turn the
 * direction of writing are spelled out.
 */
export function safeText(text: string): string {
  return text.replaceAll(UNSAFE, spelledOut)
}

/** JSON as a line: `JSON.stringify` leaves some control characters as they are, and terminals obey them. */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value, (_name, member: unknown) => (member instanceof Map ? Object.fromEntries(member) : member))
  return text.replaceAll(C1_CONTROLS, spelledOut)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
const C1_CONTROLS = /[\u007f-\u009f\u2028\u2029]/g

function spelledOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
