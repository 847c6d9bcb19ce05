/**
 * Compares a typed body with the tree that the recorder makes of a Java object: `undefined` when they say the same, otherwise where they
 * differ. An int64 is {"$long": "1"}, bits are {"$bytes": "ff"}, a set {"$set": […]}, a map by other keys than text
 * {"$map": [[key, value], …]}; numbers and `Long`s count as equal when their decimal text is. What Java holds as null must be absent or
 * empty here.
 */
export function differenceFromJava(tree: unknown, value: unknown, path = 'body'): string | undefined {
  if (tree === undefined || tree === null || isEmpty(tree))
    return isNothing(value) ? undefined : `${path}: Java has nothing, here is ${show(value)}`
  if (typeof tree !== 'object')
    return String(value) === String(tree) ? undefined : `${path}: Java has ${show(tree)}, here is ${show(value)}`
  if (Array.isArray(tree)) return lists(tree, value, path)
  const { $long, $bytes, $set, $map } = tree as { $long?: string; $bytes?: string; $set?: unknown[]; $map?: [unknown, unknown][] }
  if ($bytes !== undefined) return differenceFromJava($bytes, Buffer.isBuffer(value) ? value.toString('hex') : value, path)
  if ($long !== undefined) return differenceFromJava($long, value, path)
  if ($set !== undefined) return lists(sorted($set), Array.isArray(value) ? sorted(value) : value, path)
  if ($map !== undefined) return maps(new Map($map.map(([key, item]) => [keyText(key), item])), value, path)
  if (value instanceof Map) return maps(new Map(Object.entries(tree)), value, path)
  return members(tree as Readonly<Record<string, unknown>>, value, path)
}

function lists(tree: readonly unknown[], value: unknown, path: string): string | undefined {
  if (!Array.isArray(value)) return `${path}: Java has a list, here is ${show(value)}`
  if (tree.length !== value.length) return `${path}: Java has ${tree.length} items, here are ${value.length}`
  return firstOf(tree.map((item, index) => differenceFromJava(item, value[index], `${path}[${index}]`)))
}

/** Ours is a map, or a list of pairs when its keys are objects. */
function maps(tree: ReadonlyMap<string, unknown>, value: unknown, path: string): string | undefined {
  if (!(value instanceof Map) && !Array.isArray(value)) return `${path}: Java has a map, here is ${show(value)}`
  const here = new Map([...(value as Iterable<readonly [unknown, unknown]>)].map(([key, item]) => [keyText(key), item]))
  const keys = new Set([...tree.keys(), ...here.keys()])
  return firstOf([...keys].map((key) => differenceFromJava(tree.get(key), here.get(key), `${path}[${key}]`)))
}

function members(tree: Readonly<Record<string, unknown>>, value: unknown, path: string): string | undefined {
  if (typeof value !== 'object' || value === null) return `${path}: Java has an object, here is ${show(value)}`
  const here = value as Readonly<Record<string, unknown>>
  const names = new Set([...Object.keys(tree), ...Object.keys(here)])
  return firstOf([...names].map((name) => differenceFromJava(tree[name], here[name], `${path}.${name}`)))
}

/** An empty map of Java's and one that the wire does not carry are the same to its readers. */
function isEmpty(tree: unknown): boolean {
  return typeof tree === 'object' && tree !== null && Object.keys(tree).length === 0
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === false || String(value) === '0') return true
  return value instanceof Map ? value.size === 0 : Array.isArray(value) && value.length === 0
}

function sorted(items: readonly unknown[]): readonly unknown[] {
  return [...items].sort((a, b) => (orderText(a) < orderText(b) ? -1 : 1))
}

/** A text by which a set's items come in one order on both sides: the leaves, sorted; without the keys of maps, which a tree has as names. */
function orderText(value: unknown): string {
  return leaves(value).sort().join('\n')
}

function leaves(value: unknown): string[] {
  if (value === undefined || value === null) return []
  if (typeof value !== 'object' || Reflect.has(value, 'low')) return [String(value)]
  if (value instanceof Map) return [...value.values()].flatMap(leaves)
  const { $map } = value as { $map?: [unknown, unknown][] }
  if ($map !== undefined) return $map.flatMap(([key, item]) => [...(typeof key === 'object' ? leaves(key) : []), ...leaves(item)])
  return Object.values(value).flatMap(leaves)
}

const keyText = (key: unknown) => leaves(key).join()
const firstOf = (differences: readonly (string | undefined)[]) => differences.find((one) => one !== undefined)
const show = (value: unknown) => String(typeof value === 'object' ? JSON.stringify(value) : value).slice(0, 200)
