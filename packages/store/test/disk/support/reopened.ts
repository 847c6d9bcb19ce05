import { ManualClock } from 'net-ts-protocol-kit'
import { type MessageStore, type SimulatedStoreFiles, StoreError } from '../../../src'
import { type Allowances, checkStore } from './check-store'
import type { Knowledge } from './ledger'
import { settled } from './settled'
import { Work } from './workload'

/** Makes a store on a disk; it is not started. */
export type StoreOn = (files: SimulatedStoreFiles, clock: ManualClock) => MessageStore

/**
 * Opens the store that was left on a disk and looks for what is wrong with it; sends some more, lets the process be killed, opens the store
 * again, and looks again. A start that is refused is a problem.
 */
export async function checkReopened(
  open: StoreOn,
  files: SimulatedStoreFiles,
  known: Knowledge,
  allowances: Allowances = {}
): Promise<string[]> {
  const work = workOn(open, files)
  const first = await problemsOf('first start', work, known, allowances)
  if (first.length > 0) return first
  await work.do([(after) => after.send(2, (index) => ({ topic: 'A', queueId: index, body: Buffer.from('more') }))])
  const after = work.ledger.at()
  if (after.acknowledged.length < 2) return ['takes no more messages']
  const again = workOn(open, files.afterKill())
  const second = await problemsOf('second start', again, known.and(after), allowances)
  for (const { store, clock } of [work, again]) await settled(store.close(), clock)
  return second
}

/** Opens the store that was left on a disk, looks for what is wrong with it, and lets go of it. A refusal to start is told as such. */
export async function checkOpened(
  open: StoreOn,
  files: SimulatedStoreFiles,
  known: Knowledge,
  allowances: Allowances = {}
): Promise<{ readonly problems: readonly string[]; readonly refusal?: StoreError }> {
  const { store, clock } = workOn(open, files)
  try {
    await settled(store.start(), clock)
  } catch (error) {
    return error instanceof StoreError ? { problems: [], refusal: error } : { problems: [`start: ${error}`] }
  }
  const problems = await settled(checkStore(store, known, allowances), clock).catch((error) => [`check: ${error}`])
  await settled(store.close(), clock)
  return { problems }
}

/** A day after all that was stored before. */
const LATER = 1_700_086_400_000

function workOn(open: StoreOn, files: SimulatedStoreFiles): Work {
  const clock = new ManualClock({ startAt: LATER })
  return new Work(open(files, clock), clock)
}

async function problemsOf(what: string, { store, clock }: Work, known: Knowledge, allowances: Allowances): Promise<string[]> {
  const check = async (): Promise<string[]> => {
    await store.start()
    return checkStore(store, known, allowances)
  }
  try {
    return (await settled(check(), clock)).map((problem) => `${what}: ${problem}`)
  } catch (error) {
    return [`${what}: ${error}`]
  }
}
