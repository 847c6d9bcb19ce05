import type { Clock } from './clock'
import { seededRandom } from './seeded-random'

/** How an in-memory network treats bytes. */
export interface MemoryConditions {
  readonly clock: Clock
  /** Bytes accepted and not under way, from which on a writer is asked to wait. */
  readonly highWaterMark: number
  /** Bytes that may be under way or waiting at a receiver that does not read. */
  readonly windowBytes: number
  /** Size of the next chunk when `available` bytes have arrived. */
  chunkSize(available: number): number
  /** One-way delay of the next bytes. */
  latencyMs(): number
  /** Calls back in a turn of its own, after the one-way delay. */
  afterLatency(action: () => void): void
}

/** The part of a network's settings that decides how bytes travel. */
export interface MemoryConditionsOptions {
  readonly clock: Clock
  /** Seed of everything that is left to chance here. Default 1. */
  readonly seed?: number
  /** How the stream is cut: anywhere (default), not at all, or into pieces of at most so many bytes. */
  readonly chunks?: 'random' | 'whole' | { readonly maxBytes: number }
  /** One-way delay, fixed or drawn from a range. Default 0. */
  readonly latencyMs?: number | { readonly min: number; readonly max: number }
  /** Bytes not yet under way from which on `write` returns `false`. Default 64 KiB. */
  readonly highWaterMark?: number
  /** Bytes that may be under way or unread in one direction. Default 256 KiB. */
  readonly windowBytes?: number
}

const MAX_CHUNK_BYTES = 64 * 1024

export const memoryConditions = (options: MemoryConditionsOptions): MemoryConditions => {
  const { clock, seed = 1, chunks = 'random', latencyMs = 0, highWaterMark = 64 * 1024, windowBytes = 256 * 1024 } = options
  const random = seededRandom(seed)
  const latency = (): number => (typeof latencyMs === 'number' ? latencyMs : latencyMs.min + random() * (latencyMs.max - latencyMs.min))
  return {
    clock,
    highWaterMark,
    windowBytes,
    latencyMs: latency,
    chunkSize: (waiting) => {
      const available = Math.min(waiting, MAX_CHUNK_BYTES)
      if (chunks === 'random') return randomSize(random, available)
      return chunks === 'whole' ? available : Math.min(available, chunks.maxBytes)
    },
    afterLatency: (action) => {
      const delayMs = latency()
      if (delayMs > 0) clock.setTimeout(action, delayMs, { keepsProcessAlive: false })
      else clock.deferAfterInput(action)
    }
  }
}

/** Half of the time everything, else any part of it, or only a few bytes. */
const randomSize = (random: () => number, available: number): number => {
  const choice = random()
  if (choice < 0.5) return available
  return 1 + Math.floor(random() * (choice < 0.75 ? available : Math.min(available, 16)))
}
