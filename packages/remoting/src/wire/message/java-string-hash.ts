/** Java's `String.hashCode`: int32 over UTF-16 code units. Tags codes are made by it. */
export function javaStringHashCode(text: string): number {
  let hash = 0
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0
  return hash
}

/** What the consume queue carries for a message: the hash of its tag, 0 without one. */
export function tagsCode(tag: string | undefined): number {
  return tag === undefined ? 0 : javaStringHashCode(tag)
}
