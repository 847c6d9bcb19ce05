/**
 * Whether a message is one that was subscribed to; no tags are all tags. Brokers filter by the tags' 32-bit hash codes, so
 * `Aa` brings `BB` too: the reader compares the text again (read in client/…/consumer/PullAPIWrapper.java).
 */
export function tagMatches(tag: string | undefined, tags: ReadonlySet<string>): boolean {
  if (tags.size === 0) return true
  return tag !== undefined && tags.has(tag)
}
