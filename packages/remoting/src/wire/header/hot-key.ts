/** A field's name, and how it stands before its value. */
export interface HotKey {
  readonly name: Buffer
  /** With its length in front, as in the binary form. */
  readonly binary: Buffer
  /** In quotes with its colon. */
  readonly json: Buffer
}

export function hotKey(wire: string): HotKey {
  const name = Buffer.from(wire)
  return { name, binary: Buffer.concat([Buffer.of(name.length >> 8, name.length), name]), json: Buffer.from(`"${wire}":`) }
}
