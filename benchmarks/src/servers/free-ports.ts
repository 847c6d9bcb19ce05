import { createServer, type Server } from 'node:net'

const FIRST_PORT = 20_000
const PORTS = 10_000
const ATTEMPTS = 100

/** Ports given away: two servers must not be told the same. */
const given = new Set<number>()

/** A port that is free together with its neighbours at the offsets. The official broker also takes the one above its own and the second below. */
export async function freePort(offsets: readonly number[]): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = FIRST_PORT + ((process.pid * 7 + attempt * 13 + given.size * 3) % PORTS)
    const wanted = offsets.map((offset) => port + offset)
    if (wanted.some((one) => given.has(one)) || !(await areFree(wanted))) continue
    for (const one of wanted) given.add(one)
    return port
  }
  throw new Error(`no free port after ${ATTEMPTS} attempts`)
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const servers = await Promise.all(ports.map(listen))
  await Promise.all(servers.map((server) => new Promise((closed) => (server === undefined ? closed(undefined) : server.close(closed)))))
  return servers.every((server) => server !== undefined)
}

function listen(port: number): Promise<Server | undefined> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(undefined))
    server.listen({ port, exclusive: true }, () => resolve(server))
  })
}
