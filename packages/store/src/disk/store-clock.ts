/** Time as a store needs it: the kit's `Clock` fits. */
export interface StoreClock {
  /** Wall clock, milliseconds: the store time of records. */
  now(): number
  /** Milliseconds from an arbitrary origin; never goes back. */
  monotonic(): number
  /** Calls back at the end of the turn. */
  defer(callback: () => void): void
  /** Calls back once after so many milliseconds. */
  setTimeout(callback: () => void, delayMs: number, options?: { readonly keepsProcessAlive?: boolean }): { cancel(): void }
}

/** Who is told of what happens in a store: the kit's `Logger` fits. Never told of a message's body. */
export interface StoreLogger {
  debug(message: string, facts?: object): void
  info(message: string, facts?: object): void
  warn(message: string, facts?: object): void
  error(message: string, facts?: object): void
}
