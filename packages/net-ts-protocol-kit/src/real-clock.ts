import { type Clock, clampDelay, type Timer, type TimerOptions } from './clock'

const unlessKept = (timer: NodeJS.Timeout, options: TimerOptions | undefined): NodeJS.Timeout =>
  options?.keepsProcessAlive === false ? timer.unref() : timer

/** The process's own time: Node timers, `process.nextTick`, `setImmediate`, `Math.random`. */
export const realClock: Clock = Object.freeze({
  now: () => Date.now(),
  monotonic: () => performance.now(),
  random: () => Math.random(),
  setTimeout(callback: () => void, delayMs: number, options?: TimerOptions): Timer {
    const timer = unlessKept(setTimeout(callback, clampDelay(delayMs)), options)
    return { cancel: () => clearTimeout(timer) }
  },
  setInterval(callback: () => void, intervalMs: number, options?: TimerOptions): Timer {
    const timer = unlessKept(setInterval(callback, clampDelay(intervalMs)), options)
    return { cancel: () => clearInterval(timer) }
  },
  defer(callback: () => void): void {
    process.nextTick(callback)
  },
  deferAfterInput(callback: () => void): void {
    setImmediate(callback)
  }
})
