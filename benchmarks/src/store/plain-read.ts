import { read } from 'node:fs'
import { mebibytesPerSecond } from './opened-store'

/** Reads the beginning of a file piece by piece, off the event loop, one at a time; tells each piece. Resolves with MiB per second. */
export async function readInPieces(
  file: number,
  bytes: number,
  pieceBytes: number,
  each: (piece: Buffer) => void = () => {}
): Promise<number> {
  const target = Buffer.alloc(pieceBytes)
  const begun = performance.now()
  for (let at = 0; at < bytes; ) {
    const count = await readOnce(file, target, Math.min(pieceBytes, bytes - at), at)
    if (count === 0) throw new Error('the file is shorter than that')
    each(count === pieceBytes ? target : target.subarray(0, count))
    at += count
  }
  return mebibytesPerSecond(bytes, performance.now() - begun)
}

function readOnce(file: number, target: Buffer, length: number, position: number): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, target, 0, length, position, (error, count) => (error === null ? resolve(count) : reject(error)))
  })
}
