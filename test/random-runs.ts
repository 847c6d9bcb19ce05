import { appendFileSync } from 'node:fs'
import { expect } from '@jest/globals'
import fc from 'fast-check'

/**
 * How often a randomised test runs. `npm test` gives every test the runs that it asks for, from a seed of the moment, which is printed
 * when the test fails; `npm run test:long` gives it many times as many, from one seed for the whole run, and notes how many they were.
 */
const long = readLong()

if (long !== undefined) fc.configureGlobal({ seed: long.seed })

/** The settings of a property: `usual` runs, in the long form `inLong`, by default `usual` times the factor of the run. */
export function runs(usual: number, inLong?: number): { readonly numRuns: number } {
  const numRuns = long === undefined ? usual : Math.max(usual, inLong ?? usual * long.factor)
  note(usual, numRuns)
  return { numRuns }
}

/** Seeds 1 … `usual` of stories that are told from a seed; in the long form many more, which begin where its own seed says. */
export function seeds(usual: number): readonly number[] {
  const count = long === undefined ? usual : usual * long.factor
  const first = long === undefined ? 1 : long.seed
  return Array.from({ length: count }, (_, index) => first + index)
}

/** Called by the test of each seed, so that the report counts stories as it counts runs. */
export function story(): void {
  note(1, 1)
}

function note(usual: number, actual: number): void {
  if (long === undefined) return
  const { currentTestName: test, testPath: file } = expect.getState()
  appendFileSync(long.report, `${JSON.stringify({ file, test, usual, runs: actual })}\n`)
}

function readLong(): { readonly factor: number; readonly seed: number; readonly report: string } | undefined {
  const report = process.env['LONG_RUN_REPORT']
  if (report === undefined) return undefined
  return { factor: Number(process.env['LONG_RUN_FACTOR']), seed: Number(process.env['LONG_RUN_SEED']), report }
}
