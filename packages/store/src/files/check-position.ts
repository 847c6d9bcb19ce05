/**
 * Node takes a position that is no whole number for "where the descriptor is", and reads or overwrites bytes there without a word
 * (read in lib/fs.js, `position`; src/node_file.cc, `WriteBuffer`).
 *
 * @throws RangeError
 */
export function checkPosition(position: number): void {
  if (!Number.isSafeInteger(position) || position < 0) throw new RangeError(`a position in a file must be a whole number, not ${position}`)
}
