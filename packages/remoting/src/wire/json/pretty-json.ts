import type { JsonValue } from './value'
import { writeJson } from './write-json'

/**
 * Writes a document over several lines with tabs, as official brokers since 5.4.0 write the files of their `config/` directory
 * (read in common/…/ConfigManager.java: `encode(true)`, which is fastjson2's `PrettyFormat`). Every official reader reads it.
 */
export function prettyJson(value: JsonValue): string {
  return indentJson(writeJson(value))
}

/** As {@link prettyJson}, from a text without spaces between its parts, which is not parsed: bare keys and numbers stay as they are. */
export function indentJson(json: string): string {
  const lines: string[] = []
  let indent = ''
  let begin = 0
  const endLine = (end: number, nextIndent: string): void => {
    lines.push(indent + json.slice(begin, end))
    begin = end
    indent = nextIndent
  }
  for (let at = 0; at < json.length; at++) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) at = endOfText(json, at)
    else if (code === COMMA) endLine(at + 1, indent)
    else if (code === OPEN_OBJECT && json.charCodeAt(at + 1) === CLOSE_OBJECT) at++
    // An empty list has its line too, which is how fastjson2 writes it.
    else if (code === OPEN_OBJECT || code === OPEN_LIST) endLine(at + 1, `${indent}\t`)
    else if (code === CLOSE_OBJECT || code === CLOSE_LIST) endLine(at, indent.slice(1))
  }
  endLine(json.length, '')
  return lines.join('\n')
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** Where the quote stands that ends the text begun at `at`. */
function endOfText(json: string, at: number): number {
  let end = at + 1
  while (end < json.length && json.charCodeAt(end) !== QUOTE) end += json.charCodeAt(end) === BACKSLASH ? 2 : 1
  return end
}
