import { expect } from '@jest/globals'
import type { Served } from './served'
import { filesOf } from './store-directory'

/** Fails unless a store that was filled has several files of each kind, and its broker has served what they hold. */
export function expectFilled(directory: string, served: Served): void {
  expect(filesOf(directory, 'commitlog').length).toBeGreaterThan(3)
  expect(filesOf(directory, 'consumequeue/ledger/0').length).toBe(3)
  expect(filesOf(directory, 'index').length).toBeGreaterThan(3)
  expect(Object.keys(served.byOffset).length).toBeGreaterThan(800)
  expect(Object.values(served.byKey.found).every((offsets) => offsets.length > 0)).toBe(true)
}
