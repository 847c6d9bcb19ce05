import { FileError } from '../file-error'
import { SeededChoices } from './seeded-choices'
import { SimulatedContent, type Survival } from './simulated-content'

/** Names that programs see, and those that are on the disk. */
export class SimulatedDirectory {
  readonly now = new Map<string, SimulatedNode>()
  readonly onDisk = new Map<string, SimulatedNode>()
}

export type SimulatedNode = SimulatedDirectory | SimulatedContent

/** One step of a change to names: what a name stands for now. */
interface Naming {
  readonly directory: SimulatedDirectory
  readonly name: string
  readonly node: SimulatedNode | undefined
}

/** Steps that happen together or not at all, such as the two of a rename. */
interface NameChange {
  readonly steps: readonly Naming[]
  /** Directories that have to be synced before it is sure to survive. */
  readonly unsynced: Set<SimulatedDirectory>
}

/** Where a path leads: a name in a directory, and what is there. */
export interface Place {
  readonly directory: SimulatedDirectory
  readonly name: string
  readonly node: SimulatedNode | undefined
}

/** The directories of a simulated disk. */
export class SimulatedNames {
  readonly #root: SimulatedDirectory
  #pending: NameChange[] = []

  constructor(root = new SimulatedDirectory()) {
    this.#root = root
  }

  /** What is at the path, or `undefined`. */
  find(path: string): SimulatedNode | undefined {
    return this.#follow(partsOf(path))
  }

  /** Where the path leads to; its last name may be missing. Fails with `ENOENT` when a directory on the way is. */
  place(operation: string, path: string): Place {
    const parts = partsOf(path)
    const name = parts.at(-1)
    const directory = this.#follow(parts.slice(0, -1))
    if (directory === undefined) throw new FileError(operation, path, 'ENOENT')
    if (name === undefined || !(directory instanceof SimulatedDirectory)) throw new FileError(operation, path, 'ENOTDIR')
    return { directory, name, node: directory.now.get(name) }
  }

  #follow(parts: readonly string[]): SimulatedNode | undefined {
    let node: SimulatedNode | undefined = this.#root
    for (const name of parts) node = node instanceof SimulatedDirectory ? node.now.get(name) : undefined
    return node
  }

  change(...steps: readonly Naming[]): void {
    for (const { directory, name, node } of steps) put(directory.now, name, node)
    this.#pending.push({ steps, unsynced: new Set(steps.map(({ directory }) => directory)) })
  }

  sync(directory: SimulatedDirectory): void {
    for (const { unsynced } of this.#pending) unsynced.delete(directory)
    // In order: what is synced behind something that is not would otherwise be overtaken by it later.
    while (this.#pending[0]?.unsynced.size === 0) apply(this.#pending.shift())
  }

  paths(): readonly string[] {
    return pathsIn(this.#root, '')
  }

  /** The same names, with a copy of everything they stand for. */
  copy(): SimulatedNames {
    const copies = new Map<SimulatedNode, SimulatedNode>()
    const copied = <N extends SimulatedNode>(node: N): N => copyNode(node, copies) as N
    const copy = new SimulatedNames(copied(this.#root))
    copy.#pending = this.#pending.map(({ steps, unsynced }) => ({
      steps: steps.map(({ directory, name, node }) => ({ directory: copied(directory), name, node: node && copied(node) })),
      unsynced: new Set([...unsynced].map(copied))
    }))
    return copy
  }

  /** The directories and files that are found when the power is back. */
  afterPowerCut(survival: Survival): SimulatedNames {
    const left = new NamesLeft()
    for (const change of surviving(this.#pending, survival)) for (const step of change.steps) left.apply(step)
    return new SimulatedNames(rebuild(this.#root, left, survival))
  }
}

/**
 * File systems keep changes of names in a journal: of those in one directory, all up to some moment survive. What was synced
 * does in any case.
 */
function surviving(changes: readonly NameChange[], survival: Survival): readonly NameChange[] {
  const stopped = new Set<SimulatedDirectory>()
  return changes.filter(({ steps, unsynced }) => {
    if (unsynced.size === 0) return true
    const isLeft = survival === 'all' || (survival instanceof SeededChoices && survival.chance(0.7))
    const isKept = isLeft && !steps.some(({ directory }) => stopped.has(directory))
    if (!isKept) for (const { directory } of steps) stopped.add(directory)
    return isKept
  })
}

/** Names on the disk as some changes leave them, while the directories themselves stay as they are. */
class NamesLeft {
  readonly #names = new Map<SimulatedDirectory, Map<string, SimulatedNode>>()

  of(directory: SimulatedDirectory): Map<string, SimulatedNode> {
    const names = this.#names.get(directory) ?? new Map(directory.onDisk)
    this.#names.set(directory, names)
    return names
  }

  apply({ directory, name, node }: Naming): void {
    put(this.of(directory), name, node)
  }
}

function rebuild(directory: SimulatedDirectory, left: NamesLeft, survival: Survival): SimulatedDirectory {
  const rebuilt = new SimulatedDirectory()
  for (const [name, node] of left.of(directory)) {
    const found = node instanceof SimulatedDirectory ? rebuild(node, left, survival) : node.afterPowerCut(survival)
    if (found instanceof SimulatedContent) found.isLinked = true
    rebuilt.now.set(name, found)
    rebuilt.onDisk.set(name, found)
  }
  return rebuilt
}

function copyNode(node: SimulatedNode, copies: Map<SimulatedNode, SimulatedNode>): SimulatedNode {
  const known = copies.get(node)
  if (known !== undefined) return known
  const copy = node instanceof SimulatedContent ? node.copy() : new SimulatedDirectory()
  copies.set(node, copy)
  if (node instanceof SimulatedDirectory && copy instanceof SimulatedDirectory) {
    for (const [name, child] of node.now) copy.now.set(name, copyNode(child, copies))
    for (const [name, child] of node.onDisk) copy.onDisk.set(name, copyNode(child, copies))
  }
  return copy
}

function apply(change: NameChange | undefined): void {
  for (const { directory, name, node } of change?.steps ?? []) put(directory.onDisk, name, node)
}

function put(names: Map<string, SimulatedNode>, name: string, node: SimulatedNode | undefined): void {
  if (node === undefined) names.delete(name)
  else names.set(name, node)
}

function pathsIn(directory: SimulatedDirectory, above: string): string[] {
  return [...directory.now].flatMap(([name, node]) =>
    node instanceof SimulatedDirectory ? pathsIn(node, `${above}/${name}`) : [`${above}/${name}`]
  )
}

/** Relative paths begin at the top here. */
function partsOf(path: string): readonly string[] {
  const known = knownParts.get(path)
  if (known !== undefined) return known
  if (knownParts.size >= MAX_KNOWN_PATHS) knownParts.clear()
  const parts = split(path)
  knownParts.set(path, parts)
  return parts
}

/** Thousands of copies of a disk are asked for the same few paths. */
const knownParts = new Map<string, readonly string[]>()
const MAX_KNOWN_PATHS = 10_000

function split(path: string): readonly string[] {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return parts
}
