// Taken when this module is loaded: a test framework that puts timers of its own in their place must not stop a hand-driven clock.
const { setImmediate: immediate, setTimeout: timeout } = globalThis

/** Calls back in a later turn of the process, when every pending microtask has run. */
export const afterRealTurn = (callback: () => void): void => {
  immediate(callback)
}

/** Resolves in a later turn of the process. */
export const nextRealTurn = (): Promise<void> => new Promise((resolve) => immediate(resolve))

/** Resolves after `ms` milliseconds of the process's own time, whatever clock everything else goes by. */
export const realPause = (ms: number): Promise<void> => new Promise((resolve) => timeout(resolve, ms))
