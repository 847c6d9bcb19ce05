import type { ManualClock } from 'net-ts-protocol-kit'

/** Seconds that a promise of a store may take, on a clock that is moved by hand. */
const MAX_SECONDS = 60

/** What the promise gives, however much time has to pass for it; a promise that never settles is an error. */
export async function settled<T>(promise: Promise<T>, clock: ManualClock): Promise<T> {
  let isSettled = false
  const note = (): void => {
    isSettled = true
  }
  promise.then(note, note)
  await clock.settle()
  for (let second = 0; !isSettled && second < MAX_SECONDS; second++) await clock.advance(1000)
  if (!isSettled) throw new Error(`not settled after ${MAX_SECONDS} s`)
  return promise
}
