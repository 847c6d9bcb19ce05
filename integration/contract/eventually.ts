/** Says what is still missing, or `undefined` when nothing is. */
export type Missing = () => string | undefined | Promise<string | undefined>

/**
 * Asks again and again until nothing is missing. Resolves with `undefined` then, with what was missing at last when patience
 * runs out. What a condition waits for is the proof; how often it is asked is not.
 */
export async function eventually(missing: Missing, patienceMs: number, everyMs = 10): Promise<string | undefined> {
  const deadline = performance.now() + patienceMs
  for (;;) {
    const what = await missing()
    if (what === undefined || performance.now() > deadline) return what
    await pause(everyMs)
  }
}

/** Like {@link eventually}, for preparations: rejects when patience runs out. */
export async function expectEventually(missing: Missing, patienceMs = 30_000): Promise<void> {
  const what = await eventually(missing, patienceMs)
  if (what !== undefined) throw new Error(`not within ${patienceMs} ms: ${what}`)
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
