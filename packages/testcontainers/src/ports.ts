import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'
import { StartError } from './errors'

/** Below the range from which operating systems take the ports of outgoing connections, so that none of those is in the way later. */
const firstPort = 20_000
const endPort = 32_000
const attempts = 200

/** Ports this process has given away: two clusters that start at once must not find the same ones free. */
const given = new Set<number>()

/** A port `p` for which `p + offset` is free for every offset, and which no other call in this process gets. */
export async function freePort(offsets: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const port = randomInt(firstPort, endPort)
    const wanted = offsets.map((offset) => port + offset)
    if (wanted.some((one) => given.has(one))) continue
    for (const one of wanted) given.add(one)
    if ((await Promise.all(wanted.map(isFree))).every(Boolean)) return port
    for (const one of wanted) given.delete(one)
  }
  throw new Error(`no free port between ${firstPort} and ${endPort} after ${attempts} attempts`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, exclusive: true }, () => server.close(() => resolve(true)))
  })
}

/** With how many ports a start is tried: which ports are free on another machine than this one, only its engine knows. */
const starts = 3

/** Starts, and starts again, with whatever ports `start` then chooses, as long as it fails because one was taken. */
export async function startOnFreePorts<T>(start: () => Promise<T>): Promise<T> {
  for (let left = starts - 1; ; left--) {
    try {
      return await start()
    } catch (error) {
      if (left === 0 || !isPortTaken(error)) throw error
    }
  }
}

/**
 * Whether a start failed because another program has one of its ports. Engines have no code for it and neither has Java, so there is
 * only what they print: Docker's `port is already allocated`, everybody else's `address already in use`.
 */
function isPortTaken(error: unknown): boolean {
  if (!(error instanceof StartError)) return false
  const { cause, facts } = error
  const printed = [cause instanceof Error ? cause.message : '', ...(Array.isArray(facts['log']) ? facts['log'] : [])]
  return printed.some((line) => /port is already allocated|address already in use/i.test(line))
}
