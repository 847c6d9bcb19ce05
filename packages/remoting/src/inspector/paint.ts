/** What a piece of a line is, for its colour. */
export type Shade = 'dim' | 'name' | 'good' | 'bad' | 'warning'

/** Puts colour around a text, or leaves it as it is. */
export type Paint = (shade: Shade, text: string) => string

export const plain: Paint = (_shade, text) => text

/** The colours of a terminal. */
export const coloured: Paint = (shade, text) => `\u001b[${CODES[shade]}m${text}\u001b[0m`

const CODES: Readonly<Record<Shade, number>> = { dim: 2, name: 36, good: 32, bad: 31, warning: 33 }

/**
 * Text from the wire as a terminal may be given it: control characters, which could move its cursor or change its title, and those that turn
 * the direction of writing are spelled out, and what is long is cut.
 */
export function safeText(text: string, maxLength = Number.POSITIVE_INFINITY): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}… (${text.length} characters)` : text
  return cut.replaceAll(UNSAFE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal.
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g
