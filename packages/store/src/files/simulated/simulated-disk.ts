import { FileError } from '../file-error'
import type { DiskSpace, FileAccess, FileFacts } from '../store-files'
import { PAGE_BYTES } from './paged-bytes'
import { SimulatedContent, type Survival } from './simulated-content'
import { type Place, SimulatedDirectory, SimulatedNames } from './simulated-names'

/** A disk in memory: content, names, and the space that is left. Operations never fail here but for what a real disk would say. */
export class SimulatedDisk {
  totalBytes: number
  freeBytes: number
  isReadOnly = false
  readonly #now: () => number
  readonly #names: SimulatedNames

  constructor(space: DiskSpace, now: () => number, names = new SimulatedNames()) {
    this.totalBytes = space.totalBytes
    this.freeBytes = space.freeBytes
    this.#now = now
    this.#names = names
  }

  copy(): SimulatedDisk {
    return this.#with(this.#names.copy())
  }

  afterPowerCut(survival: Survival): SimulatedDisk {
    return this.#with(this.#names.afterPowerCut(survival))
  }

  paths(): readonly string[] {
    return [...this.#names.paths()].sort()
  }

  open(path: string, access: FileAccess): SimulatedContent {
    const { node, ...place } = this.#names.place('open', path)
    if (node instanceof SimulatedDirectory) throw new FileError('open', path, 'EISDIR')
    if (node !== undefined && access === 'createNew') throw new FileError('open', path, 'EEXIST')
    if (node === undefined && (access === 'read' || access === 'write')) throw new FileError('open', path, 'ENOENT')
    if (access !== 'read') this.#checkWritable('open', path)
    return node ?? this.#create(place)
  }

  stat(path: string): FileFacts | undefined {
    const node = this.#names.find(path)
    if (node === undefined) return undefined
    if (node instanceof SimulatedDirectory) return { kind: 'directory', bytes: PAGE_BYTES, allocatedBytes: PAGE_BYTES, modifiedAt: 0 }
    return { kind: 'file', bytes: node.size, allocatedBytes: node.allocatedBytes, modifiedAt: node.modifiedAt }
  }

  list(path: string): readonly string[] {
    const node = this.#names.find(path)
    return node instanceof SimulatedDirectory ? [...node.now.keys()].sort() : []
  }

  makeDirectory(path: string): void {
    const node = this.#names.find(path)
    if (node instanceof SimulatedDirectory) return
    if (node !== undefined) throw new FileError('make directory', path, 'ENOTDIR')
    this.makeDirectory(parentOf(path))
    const { directory, name } = this.#names.place('make directory', path)
    this.#checkWritable('make directory', path)
    this.#names.change({ directory, name, node: new SimulatedDirectory() })
  }

  rename(from: string, to: string): void {
    const source = this.#names.place('rename', from)
    const target = this.#names.place('rename', to)
    const problem = renameProblem(source, target)
    if (problem !== undefined) throw new FileError('rename', from, problem)
    this.#checkWritable('rename', from)
    if (source.node === target.node) return
    this.#unlink(target)
    this.#names.change({ ...source, node: undefined }, { ...target, node: source.node })
  }

  remove(path: string): void {
    const node = this.#names.find(path)
    if (node === undefined) return
    if (node instanceof SimulatedDirectory && node.now.size > 0) throw new FileError('remove', path, 'ENOTEMPTY')
    this.#checkWritable('remove', path)
    const place = this.#names.place('remove', path)
    this.#unlink(place)
    this.#names.change({ ...place, node: undefined })
  }

  syncDirectory(path: string): void {
    const node = this.#names.find(path)
    if (node === undefined) throw new FileError('sync directory', path, 'ENOENT')
    if (node instanceof SimulatedDirectory) this.#names.sync(node)
  }

  /** As much as there is space for: perhaps less than all. */
  write(path: string, content: SimulatedContent, source: Uint8Array, position: number): number {
    this.#checkWritable('write', path)
    const length = this.#take(content, position, source.length)
    if (length === 0 && source.length > 0) throw new FileError('write', path, 'ENOSPC')
    content.write(source.subarray(0, length), position)
    content.modifiedAt = this.#now()
    return length
  }

  truncate(path: string, content: SimulatedContent, size: number): void {
    this.#checkWritable('truncate', path)
    const before = content.allocatedBytes
    content.truncate(size)
    content.modifiedAt = this.#now()
    if (content.isLinked) this.freeBytes += before - content.allocatedBytes
  }

  /** For tests that look at a file, or damage it. */
  content(path: string): SimulatedContent {
    const node = this.#names.find(path)
    if (node instanceof SimulatedContent) return node
    throw new FileError('open', path, 'ENOENT')
  }

  /** A file that is there, and synced. */
  put(path: string, bytes: Uint8Array): void {
    const above = parentOf(path)
    this.makeDirectory(above)
    const content = this.open(path, 'create')
    this.truncate(path, content, 0)
    if (bytes.length > 0) this.write(path, content, bytes, 0)
    content.syncUpTo(content.lastChange)
    for (let directory = above; directory !== ''; directory = parentOf(directory)) this.syncDirectory(directory)
    this.syncDirectory('')
  }

  #with(names: SimulatedNames): SimulatedDisk {
    const copy = new SimulatedDisk(this, this.#now, names)
    copy.isReadOnly = this.isReadOnly
    return copy
  }

  #create(place: Omit<Place, 'node'>): SimulatedContent {
    const content = new SimulatedContent()
    content.modifiedAt = this.#now()
    this.#names.change({ ...place, node: content })
    return content
  }

  /** Takes space for the pages that a write needs; returns how many bytes of it may be written. */
  #take(content: SimulatedContent, position: number, length: number): number {
    for (let done = 0; done < length; ) {
      const page = Math.floor((position + done) / PAGE_BYTES)
      if (content.isLinked && !content.isAllocated(page)) {
        if (this.freeBytes < PAGE_BYTES) return done
        this.freeBytes -= PAGE_BYTES
      }
      done = Math.min(length, (page + 1) * PAGE_BYTES - position)
    }
    return length
  }

  /** An open file that has lost its name takes no space here, unlike on a real disk. */
  #unlink({ node }: Place): void {
    if (!(node instanceof SimulatedContent)) return
    node.isLinked = false
    this.freeBytes += node.allocatedBytes
  }

  #checkWritable(operation: string, path: string): void {
    if (this.isReadOnly) throw new FileError(operation, path, 'EROFS')
  }
}

function renameProblem(source: Place, target: Place): string | undefined {
  const [from, to] = [source.node, target.node]
  if (from === undefined) return 'ENOENT'
  if (to === undefined || to === from) return undefined
  if (to instanceof SimulatedDirectory && from instanceof SimulatedContent) return 'EISDIR'
  if (to instanceof SimulatedContent && from instanceof SimulatedDirectory) return 'ENOTDIR'
  return to instanceof SimulatedDirectory && to.now.size > 0 ? 'ENOTEMPTY' : undefined
}

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.replace(/\/+$/, '').lastIndexOf('/')))
