/** Calls back in a later turn of the process, when every pending microtask has run. */
export const afterRealTurn = (callback: () => void): void => {
  setImmediate(callback)
}

/** Resolves in a later turn of the process. */
export const nextRealTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
