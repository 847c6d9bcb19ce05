/** Polls until there are so many; a test's own time-out ends it when they never come. */
export async function polled<Item>(poll: () => Promise<readonly Item[]>, count: number): Promise<Item[]> {
  const items: Item[] = []
  while (items.length < count) items.push(...(await poll()))
  return items
}
