/** What `orders-push` says of its orders. */
export interface SettledOrders {
  readonly billed: ReadonlySet<string>
  readonly deadLetters: ReadonlySet<string>
  readonly count: number
}

/** Reads it from what it printed. */
export function settledOrders(output: string): SettledOrders {
  const named = (pattern: RegExp): ReadonlySet<string> => new Set([...output.matchAll(pattern)].map(([, id = '']) => id))
  const billed = named(/^billed (order-\S+) /gm)
  const deadLetters = named(/^dead letter (order-\S+)$/gm)
  return { billed, deadLetters, count: billed.size + deadLetters.size }
}
