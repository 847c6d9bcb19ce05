import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isBefore } from './releases.mjs'

/** Files of protocol/ that hold something else than a request family. */
const OTHERS = new Set(['response-codes.json', 'peers.json', 'off-the-wire.json'])

/**
 * Reads every row, sorted so that the output does not depend on the file system.
 * Headers and bodies come with their inherited fields resolved: own fields first, as official classes write them.
 */
export function readProtocol(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.json'))
  const families = names
    .filter((name) => !OTHERS.has(name))
    .sort()
    .map((name) => ({ file: name, family: name.replace('.json', ''), ...json(join(folder, name)) }))
  const headers = collect(families, 'headers')
  const bodies = collect(families, 'bodies')
  return {
    families,
    headers: new Map([...headers].map(([name, header]) => [name, { ...header, all: inherited(name, headers, 'fields') }])),
    bodies: new Map([...bodies].map(([name, body]) => [name, { ...body, all: inherited(name, bodies, 'members') }])),
    enums: collect(families, 'enums'),
    requests: families
      .flatMap((family) => (family.requests ?? []).map((row) => ({ key: row.key ?? row.name, family: family.family, ...row })))
      .sort((a, b) => a.code - b.code || compare(a.key, b.key)),
    responseCodes: json(join(folder, 'response-codes.json')),
    peers: json(join(folder, 'peers.json')),
    offTheWire: json(join(folder, 'off-the-wire.json'))
  }
}

export function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0
}

function json(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** Everything of one kind by name; a name in two families is reported by the checks. */
function collect(families, kind) {
  const all = families.flatMap((family) =>
    Object.entries(family[kind] ?? {}).map(([name, value]) => [name, { name, family: family.family, ...value }])
  )
  const found = new Map()
  for (const [name, value] of all.sort(([a], [b]) => compare(a, b))) {
    found.set(name, found.has(name) ? { ...value, duplicate: true } : value)
  }
  return found
}

/** Own ones first. What comes from a base is there since the class has that base, or since the base has it. */
function inherited(name, all, part) {
  const own = []
  const seen = new Set()
  let since
  for (let next = name; next !== undefined && !seen.has(next); next = all.get(next)?.extends) {
    seen.add(next)
    own.push(
      ...(all.get(next)?.[part] ?? []).map((one) => (next === name ? one : { ...one, inherited: true, since: later(one.since, since) }))
    )
    since = later(since, all.get(next)?.extendsSince)
  }
  return own
}

function later(a, b) {
  if (a === undefined || b === undefined) return a ?? b
  return isBefore(a, b) ? b : a
}
