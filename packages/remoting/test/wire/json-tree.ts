import type { MessageQueue } from '../../src/wire/index'
import type { Sample } from './json-sample'

type Show<Value> = (value: Value) => unknown

const same = (value: unknown): unknown => value
const long = (value: { toString(): string }) => ({ $long: value.toString() })
const decimal = (value: number) => ({ $decimal: value })
const sorted = (items: readonly unknown[]) => [...items].sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
const set = (items: readonly unknown[]) => ({ $set: sorted(items) })
const queue = ({ brokerName, queueId, topic }: MessageQueue) => ({ brokerName, queueId, topic })

function items<Item>(show: Show<Item>): Show<readonly Item[]> {
  return (list) => list.map(show)
}

function byText<Value>(show: Show<Value>): Show<ReadonlyMap<string, Value>> {
  return (map) => Object.fromEntries([...map].map(([key, value]) => [key, show(value)]))
}

/** Java's own tree of an empty map does not tell what its keys would be. */
function pairs<Key, Value>(key: Show<Key>, value: Show<Value>): Show<Iterable<readonly [Key, Value]>> {
  return (map) => {
    const all = [...map]
    return all.length === 0 ? {} : { $map: sorted(all.map(([one, other]) => [key(one), value(other)])) }
  }
}

const bitsOf = (bytes: Buffer) => ({
  $bits: [...bytes].flatMap((byte, at) => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => byte & (1 << bit)).map((bit) => at * 8 + bit))
})

const shows: { readonly [Name in keyof Sample]-?: Show<Exclude<Sample[Name], undefined>> } = {
  text: same,
  number: same,
  big: long,
  ratio: decimal,
  share: decimal,
  yes: same,
  octet: same,
  small: same,
  letter: same,
  counter: long,
  mode: same,
  bytes: (value) => ({ $bytes: value.toString('hex') }),
  longs: items(long),
  bits: bitsOf,
  names: same,
  codes: set,
  modes: same,
  table: byText(same),
  longsByText: byText(long),
  byInt: pairs(same, long),
  byLong: pairs(long, same),
  byMode: pairs(same, same),
  byFlag: pairs((key: string) => (key === 'true' ? true : key === 'false' ? false : key), same),
  byQueue: pairs(queue, long),
  samplesByQueue: pairs(queue, treeOf),
  byBroker: pairs(({ name, id }) => ({ id: long(id), name }), same),
  offsets: byText(pairs(same, long)),
  nested: byText(pairs(queue, long)),
  properties: byText(same),
  child: treeOf,
  twin: treeOf,
  children: items(treeOf),
  childrenByText: byText(treeOf),
  childrenByInt: pairs(same, treeOf)
}

/** A sample of ours in the recorder's form. */
export function treeOf(sample: Sample): unknown {
  const members = Object.entries(sample).map(([name, value]) => [name, (shows[name as keyof Sample] as Show<unknown>)(value)])
  return Object.fromEntries(members)
}

/**
 * What is recorded, but for what typed bodies leave out on purpose: items, values and keys that are `null`, and the two members that hold
 * numbers of any length.
 */
export function expectedTree(tree: unknown): unknown {
  if (typeof tree !== 'object' || tree === null) return tree
  if (Array.isArray(tree)) return tree.filter((item) => item !== null).map(expectedTree)
  const { $decimal, $map, $set } = tree as { $decimal?: string; $map?: [unknown, unknown][]; $set?: unknown[] }
  if ($decimal !== undefined) return { $decimal: Number($decimal) }
  if ($set !== undefined) return { $set: sorted(expectedTree($set) as unknown[]) }
  if ($map !== undefined) return expectedMap($map.filter(([key, value]) => key !== null && value !== null))
  const members = Object.entries(tree).filter(([name, value]) => value !== null && name !== 'huge' && name !== 'exact')
  return Object.fromEntries(members.map(([name, value]) => [name, expectedTree(value)]))
}

function expectedMap(entries: readonly (readonly [unknown, unknown])[]): unknown {
  if (entries.length === 0) return {}
  if (entries.every(([key]) => typeof key === 'string' && !['FIRST', 'SECOND', 'THIRD'].includes(key))) return Object.fromEntries(entries)
  return { $map: sorted(entries.map(([key, value]) => [expectedTree(key), expectedTree(value)])) }
}

/** The recorder's tree as the other recorder writes it: decimals are numbers, and bits bytes. */
export function plainTree(tree: unknown): unknown {
  return JSON.parse(JSON.stringify(tree), (_name, value) => {
    if (typeof value?.$decimal === 'string') return Number(value.$decimal)
    return value?.$bits === undefined ? value : { $bytes: bytesOf(value.$bits).toString('hex') }
  })
}

function bytesOf(bits: readonly number[]): Buffer {
  const bytes = Buffer.alloc(Math.ceil((Math.max(-1, ...bits) + 1) / 8))
  for (const bit of bits) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (1 << (bit & 7))
  return bytes
}
