/** Header of an index file, bytes (read in store/…/index/IndexHeader.java). */
export const INDEX_HEADER_BYTES = 40
/** An entry: key hash, physical offset, seconds since the file's first message, number of the entry before it in its slot. */
export const INDEX_ENTRY_BYTES = 20

/** How many slots and entries an index file has; entry 0 is never used. */
export interface IndexGeometry {
  readonly slots: number
  readonly entries: number
}

/** Where the entries begin: behind the header and the slots. */
export function entriesAt({ slots }: IndexGeometry): number {
  return INDEX_HEADER_BYTES + slots * 4
}

/** Position of an entry in its file. */
export function entryAt(geometry: IndexGeometry, number: number): number {
  return entriesAt(geometry) + number * INDEX_ENTRY_BYTES
}

/** Length of an index file (read in store/…/index/IndexFile.java). */
export function indexFileBytes(geometry: IndexGeometry): number {
  return entryAt(geometry, geometry.entries)
}

/** Four entries for each slot, as the official brokers have by default. */
const USUAL_ENTRIES_PER_SLOT = 4

/**
 * The geometry of a file of that length: the configured one when it fits, else one of four entries for each slot; `undefined` when
 * neither is possible. A file's own length decides, so that a store goes on with the geometry it was begun with.
 */
export function geometryOf(fileBytes: number, configured: IndexGeometry): IndexGeometry | undefined {
  if (indexFileBytes(configured) === fileBytes) return configured
  const slots = (fileBytes - INDEX_HEADER_BYTES) / (4 + USUAL_ENTRIES_PER_SLOT * INDEX_ENTRY_BYTES)
  return Number.isInteger(slots) && slots > 0 ? { slots, entries: slots * USUAL_ENTRIES_PER_SLOT } : undefined
}

/** The numbers of an index file's header. */
export interface IndexHeader {
  /** Store time of the first message, milliseconds. */
  beginTimestamp: number
  endTimestamp: number
  beginPhysicalOffset: number
  endPhysicalOffset: number
  /** Slots in use. */
  hashSlotCount: number
  /** Number of the next entry: 1 in an empty file. */
  indexCount: number
}

/** The header of the file that follows one, before it has an entry (read in store/…/index/IndexFile.java). */
export function headerAfter(previous: IndexHeader | undefined): IndexHeader {
  const { endTimestamp, endPhysicalOffset } = previous ?? { endTimestamp: 0, endPhysicalOffset: 0 }
  return {
    ...{ beginTimestamp: endTimestamp, endTimestamp, beginPhysicalOffset: endPhysicalOffset, endPhysicalOffset },
    ...{ hashSlotCount: 0, indexCount: 1 }
  }
}

/** Reads a header. A count of nothing means an empty file (read in store/…/index/IndexHeader.java, `load`). */
export function readHeader(bytes: Buffer): IndexHeader {
  return {
    beginTimestamp: readLong(bytes, 0),
    endTimestamp: readLong(bytes, 8),
    beginPhysicalOffset: readLong(bytes, 16),
    endPhysicalOffset: readLong(bytes, 24),
    hashSlotCount: bytes.readInt32BE(32),
    indexCount: Math.max(bytes.readInt32BE(36), 1)
  }
}

export function writeHeader(bytes: Buffer, header: IndexHeader): void {
  writeLong(bytes, 0, header.beginTimestamp)
  writeLong(bytes, 8, header.endTimestamp)
  writeLong(bytes, 16, header.beginPhysicalOffset)
  writeLong(bytes, 24, header.endPhysicalOffset)
  bytes.writeInt32BE(header.hashSlotCount, 32)
  bytes.writeInt32BE(header.indexCount, 36)
}

/** What is impossible about a header, or `undefined`. */
export function headerProblem(header: IndexHeader, { slots, entries }: IndexGeometry): string | undefined {
  const { beginTimestamp, endTimestamp, beginPhysicalOffset, endPhysicalOffset, hashSlotCount, indexCount } = header
  if (!isPlausible(beginTimestamp) || !isPlausible(endTimestamp)) return 'its times are impossible'
  if (!isPlausible(beginPhysicalOffset) || !isPlausible(endPhysicalOffset)) return 'its offsets are impossible'
  if (beginPhysicalOffset > endPhysicalOffset) return 'it begins behind its end'
  if (indexCount > entries) return `it counts ${indexCount} entries of ${entries}`
  if (hashSlotCount < 0 || hashSlotCount > Math.min(slots, indexCount - 1)) return `it counts ${hashSlotCount} slots in use`
  return undefined
}

function isPlausible(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0
}

export const TWO_32 = 0x100000000

export function readLong(bytes: Buffer, at: number): number {
  return bytes.readInt32BE(at) * TWO_32 + bytes.readUInt32BE(at + 4)
}

function writeLong(bytes: Buffer, at: number, value: number): void {
  bytes.writeInt32BE(Math.floor(value / TWO_32), at)
  bytes.writeUInt32BE(value % TWO_32, at + 4)
}
