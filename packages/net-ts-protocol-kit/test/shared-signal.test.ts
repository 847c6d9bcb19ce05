import { EventEmitter, getMaxListeners, setMaxListeners } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { sharedSignal } from '../src/index'

const listenTo = (signal: AbortSignal, times: number): void => {
  for (let time = 0; time < times; time++) signal.addEventListener('abort', () => {})
}

describe('a shared signal', () => {
  const warnings: Error[] = []
  const keep = (warning: Error): void => void warnings.push(warning)
  beforeEach(() => {
    warnings.length = 0
    process.on('warning', keep)
  })
  afterEach(() => {
    process.off('warning', keep)
  })

  it('takes any number of listeners without a warning', async () => {
    const { signal } = new AbortController()
    expect(sharedSignal(signal)).toBe(signal)
    listenTo(signal, 1000)
    await new Promise(setImmediate)
    expect(warnings).toEqual([])
  })

  it('keeps a limit that somebody has set, before or after', async () => {
    const before = new AbortController().signal
    setMaxListeners(25, before)
    expect(getMaxListeners(sharedSignal(before))).toBe(25)
    const after = sharedSignal(new AbortController().signal)
    setMaxListeners(EventEmitter.defaultMaxListeners, after)
    expect(getMaxListeners(sharedSignal(after))).toBe(EventEmitter.defaultMaxListeners)
    const unlimited = new AbortController().signal
    setMaxListeners(0, unlimited)
    listenTo(sharedSignal(unlimited), 11)
    await new Promise(setImmediate)
    expect(warnings).toEqual([])
  })
})
