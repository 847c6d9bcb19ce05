import type { StoreFiles } from '../../files/store-files'
import type { ResolvedDiskOptions } from '../disk-options'
import { IndexFile } from './index-file'
import { isIndexFileName } from './index-file-name'
import { geometryOf, headerProblem, INDEX_HEADER_BYTES, type IndexGeometry, type IndexHeader, readHeader } from './index-layout'

/** An index file that cannot be used, or an entry in it. */
export interface IndexProblem {
  readonly path: string
  readonly problem: string
}

/** What was found in an index directory. */
export interface LoadedIndex {
  /** Ascending. */
  readonly files: IndexFile[]
  /** Files that cannot be used: one that is damaged, and those behind it, since the index must have no gap. */
  readonly unusable: IndexProblem[]
}

/** Reads the headers of all index files. Writes nothing. */
export function loadIndexFiles({ files, directory, indexSlots, indexEntries }: ResolvedDiskOptions): LoadedIndex {
  const configured = { slots: indexSlots, entries: indexEntries }
  const loaded: LoadedIndex = { files: [], unusable: [] }
  const place = { files, directory: `${directory}/index` }
  for (const name of files.list(place.directory).filter(isIndexFileName)) {
    const path = `${place.directory}/${name}`
    const facts = loaded.unusable.length === 0 ? readIndexFacts(files, path, configured) : 'it is behind one that cannot be used'
    const problem = typeof facts === 'string' ? facts : sequenceProblem(loaded.files.at(-1)?.header, facts.header)
    if (typeof facts === 'string' || problem !== undefined) loaded.unusable.push({ path, problem: problem ?? String(facts) })
    else loaded.files.push(new IndexFile({ ...place, name, geometry: facts.geometry }, facts.header, true))
  }
  return loaded
}

/** Size and header of an index file, or what is wrong with it. */
export function readIndexFacts(
  files: StoreFiles,
  path: string,
  configured: IndexGeometry
): { geometry: IndexGeometry; header: IndexHeader } | string {
  const facts = files.stat(path)
  if (facts?.kind !== 'file') return 'it is not a file'
  const geometry = geometryOf(facts.bytes, configured)
  if (geometry === undefined) return `it has ${facts.bytes} bytes, which is no length of an index file`
  const header = readHeader(readStart(files, path))
  const problem = headerProblem(header, geometry)
  return problem ?? { geometry, header }
}

function readStart(files: StoreFiles, path: string): Buffer {
  const bytes = Buffer.alloc(INDEX_HEADER_BYTES)
  const file = files.open(path, 'read')
  try {
    file.readNow(bytes, 0)
  } finally {
    file.close()
  }
  return bytes
}

function sequenceProblem(previous: IndexHeader | undefined, next: IndexHeader): string | undefined {
  if (previous === undefined || next.indexCount <= 1 || next.beginPhysicalOffset >= previous.endPhysicalOffset) return undefined
  return 'it begins before the end of the file before it'
}
