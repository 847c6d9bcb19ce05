/** Does something with every element, several at a time; the results are in the order of the elements. */
export async function inLanes<T, R>(elements: readonly T[], work: (element: T) => Promise<R>, lanes = 16): Promise<R[]> {
  const results: R[] = []
  let next = 0
  const lane = async (): Promise<void> => {
    for (let at = next++; at < elements.length; at = next++) results[at] = await work(elements[at] as T)
  }
  await Promise.all(Array.from({ length: lanes }, lane))
  return results
}
