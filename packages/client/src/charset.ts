import { OptionsError } from './errors'

/** What is used of `iconv-lite`. */
interface CharsetLibrary {
  encodingExists(charset: string): boolean
  encode(text: string, charset: string): Buffer
  decode(bytes: Buffer, charset: string): string
}

/** Text in one charset, and back. */
export interface Charset {
  /** @throws RangeError when the charset has no way of writing it. */
  encode(text: string): Buffer
  decode(bytes: Buffer): string
}

const UTF_8: Charset = { encode: (text) => Buffer.from(text, 'utf8'), decode: (bytes) => bytes.toString('utf8') }

/**
 * The charset of that name. All but UTF-8 come from the package `iconv-lite`, which is loaded when the first of them is asked for.
 *
 * @throws OptionsError when the package is not installed, or has no such charset.
 */
export function charsetNamed(name: string): Charset {
  if (typeof name === 'string' && /^utf-?8$/i.test(name)) return UTF_8
  const library = charsetLibrary(name)
  if (typeof name !== 'string' || !library.encodingExists(name)) {
    throw new OptionsError(`text: there is no charset ${JSON.stringify(name)?.slice(0, 128)}`, { option: 'charset' })
  }
  return {
    encode: (text) => encodeWhole(library, text, name),
    decode: (bytes) => library.decode(bytes, name)
  }
}

/** The library writes a question mark for what it cannot write, and nobody would notice before it is read. */
function encodeWhole(library: CharsetLibrary, text: string, charset: string): Buffer {
  const bytes = library.encode(text, charset)
  if (library.decode(bytes, charset) !== text) throw new RangeError(`the text has characters that ${charset} cannot write`)
  return bytes
}

function charsetLibrary(charset: string): CharsetLibrary {
  try {
    return require('iconv-lite') as CharsetLibrary
  } catch {
    throw new OptionsError(`text: charset ${charset} needs the package iconv-lite: npm install iconv-lite`, { option: 'charset' })
  }
}
