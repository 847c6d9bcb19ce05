/** Cuts a byte stream into whole frames, whatever pieces it comes in. A frame is valid until its chunk is reused; what is kept is copied. */
export class FrameCutter {
  #rest: Buffer[] = []
  #restBytes = 0
  #wanted = 4

  push(chunk: Buffer): Buffer[] {
    this.#restBytes += chunk.length
    if (this.#restBytes < this.#wanted) {
      this.#rest.push(Buffer.from(chunk))
      return []
    }
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([...this.#rest, chunk])
    const frames: Buffer[] = []
    let at = 0
    for (let end = frameEnd(bytes, at); end <= bytes.length; end = frameEnd(bytes, at)) {
      frames.push(bytes.subarray(at, end))
      at = end
    }
    this.#keep(bytes, at)
    return frames
  }

  #keep(bytes: Buffer, at: number): void {
    this.#rest = at === bytes.length ? [] : [Buffer.from(bytes.subarray(at))]
    this.#restBytes = bytes.length - at
    this.#wanted = this.#restBytes < 4 ? 4 : frameEnd(bytes, at) - at
  }
}

function frameEnd(bytes: Buffer, at: number): number {
  return at + 4 > bytes.length ? Number.POSITIVE_INFINITY : at + 4 + bytes.readUInt32BE(at)
}
