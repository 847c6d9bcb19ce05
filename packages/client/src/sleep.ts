import { type Clock, sharedSignal } from 'net-ts-protocol-kit'

/** Resolves after `delayMs`, or as soon as the signal is aborted; never rejects. */
export function sleep(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted || delayMs <= 0) return Promise.resolve()
  return new Promise((resolve) => {
    const wake = (): void => {
      timer.cancel()
      signal.removeEventListener('abort', wake)
      resolve()
    }
    const timer = clock.setTimeout(wake, delayMs)
    sharedSignal(signal).addEventListener('abort', wake, { once: true })
  })
}

/** The promise's value, or `undefined` when it takes longer than `timeoutMs`. Its rejection is passed on. */
export async function within<T>(clock: Clock, timeoutMs: number, promise: Promise<T>): Promise<T | undefined> {
  const ended = new AbortController()
  const result = promise.finally(() => ended.abort())
  return Promise.race([result, sleep(clock, timeoutMs, ended.signal).then(() => (ended.signal.aborted ? result : undefined))])
}
