import { connectionReset, type MemoryStream } from './memory-stream'
import type { Endpoint } from './network'

/** Which way a fault of a {@link MemoryLink} works. */
export type LinkDirection = 'both' | 'to-server' | 'to-client'

/** A connection of an in-memory network, as faults see it. */
export interface MemoryLink {
  readonly client: Endpoint
  readonly server: Endpoint
  /** Both ends see a reset. */
  cut(): void
  /** Bytes stop moving, in both directions (default) or one, until `resume`. */
  stall(direction?: LinkDirection): void
  resume(): void
  /** One side is gone and the other one is not told (half-open). */
  vanish(side: 'client' | 'server'): void
  /** The next `bytes` of a direction are lost. */
  drop(bytes: number, direction: Exclude<LinkDirection, 'both'>): void
}

/** The link between the client's end and the server's end of a connection. */
export const memoryLink = (near: MemoryStream, far: MemoryStream): MemoryLink => ({
  client: near.local,
  server: near.remote,
  cut: () => {
    near.reset(connectionReset())
    far.reset(connectionReset())
  },
  stall: (direction = 'both') => {
    if (direction !== 'to-client') near.outgoing.setStalled(true)
    if (direction !== 'to-server') far.outgoing.setStalled(true)
  },
  resume: () => {
    near.outgoing.setStalled(false)
    far.outgoing.setStalled(false)
  },
  vanish: (side) => (side === 'client' ? near : far).vanish(connectionReset()),
  drop: (bytes, direction) => (direction === 'to-server' ? near : far).outgoing.drop(bytes)
})
