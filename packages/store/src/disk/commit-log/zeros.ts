import type { StoreFile } from '../../files/store-files'
import { MAX_WRITE_BYTES, writeFully, writeFullyLater } from '../../files/write-fully'

/** Zeros written off the event loop in one piece: a write of data may have to wait for one of them. Bytes. */
export const ZERO_PIECE_BYTES = 256 * 1024

const ZEROS: Uint8Array = new Uint8Array(ZERO_PIECE_BYTES)

/** Writes real zeros from `from` to `to`. Bytes of the file. */
export function writeZeros(file: StoreFile, from: number, to: number): void {
  for (let at = from; at < to; at += MAX_WRITE_BYTES) writeFully(file, ZEROS.subarray(0, Math.min(MAX_WRITE_BYTES, to - at)), at)
}

/** As `writeZeros`, off the event loop. */
export async function writeZerosLater(file: StoreFile, from: number, to: number): Promise<void> {
  for (let at = from; at < to; at += ZERO_PIECE_BYTES) {
    await writeFullyLater(file, ZEROS.subarray(0, Math.min(ZERO_PIECE_BYTES, to - at)), at)
  }
}
