/** Scalar types of header fields and body members, with what they are in TypeScript. */
export const SCALARS = {
  string: 'string',
  int: 'number',
  bool: 'boolean',
  double: 'number',
  position: 'number',
  bound: 'number',
  opaque: 'Long',
  base64: 'Buffer'
}

/** What a header field may be besides an enum. */
export const HEADER_SCALARS = ['string', 'int', 'bool', 'position', 'bound', 'opaque']

/**
 * Parses a member type: a scalar, an enum or body name, `list<T>`, `map<string, T>`, `map<number, T>`,
 * `map<MessageQueue, T>`. Throws on anything else.
 */
export function parseType(text) {
  const list = /^list<(.+)>$/.exec(text)
  if (list) return { kind: 'list', of: parseType(list[1]) }
  const map = /^map<(string|number|MessageQueue), (.+)>$/.exec(text)
  if (map) return { kind: 'map', key: map[1], of: parseType(map[2]) }
  if (/^[A-Za-z][A-Za-z0-9]*$/.test(text)) return { kind: text in SCALARS ? 'scalar' : 'named', name: text }
  throw new Error(`not a type: ${text}`)
}

/** The names of enums and bodies that a type mentions. */
export function namesIn(type) {
  if (type.kind === 'named') return [type.name]
  if (type.kind === 'scalar') return []
  return type.key === 'MessageQueue' ? ['MessageQueue', ...namesIn(type.of)] : namesIn(type.of)
}

/** The TypeScript form of a member type. */
export function typeText(type, protocol) {
  if (type.kind === 'scalar') return SCALARS[type.name]
  if (type.kind === 'named') return protocol.enums.has(type.name) ? `OpenEnum<${type.name}>` : type.name
  const of = typeText(type.of, protocol)
  if (type.kind === 'list') return `readonly ${/[ <]/.test(of) && !of.endsWith('>') ? `(${of})` : of}[]`
  return type.key === 'MessageQueue' ? `ReadonlyArray<readonly [MessageQueue, ${of}]>` : `ReadonlyMap<${type.key}, ${of}>`
}

/**
 * Splits a row's body shape. `none`, `bytes`, `text`, `properties` (key=value lines) or a member type;
 * `optional<…>`: an answer that may come without a body.
 */
export function parseShape(text) {
  const optional = /^optional<(.+)>$/.exec(text)
  if (optional) return { ...parseShape(optional[1]), optional: true }
  if (['none', 'bytes', 'text', 'properties'].includes(text)) return { kind: text, optional: false }
  return { kind: 'json', type: parseType(text), optional: false }
}
