import { EventEmitter, getMaxListeners, setMaxListeners } from 'node:events'

const known = new WeakSet<AbortSignal>()

/**
 * A signal that stops many things at a time: up to Node.js 22 the eleventh listener brings a warning of a leak, which is none
 * here. A limit that somebody has set stays. Returns the signal.
 */
export function sharedSignal(signal: AbortSignal): AbortSignal {
  if (known.has(signal)) return signal
  known.add(signal)
  if (limitOf(signal) === EventEmitter.defaultMaxListeners) setMaxListeners(Number.MAX_SAFE_INTEGER, signal)
  return signal
}

/** 0: any number. Node.js 20 throws when asked for that. */
function limitOf(signal: AbortSignal): number {
  try {
    return getMaxListeners(signal)
  } catch {
    return 0
  }
}
