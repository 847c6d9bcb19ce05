import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { BenchOptions } from '../options'
import type { Cores } from '../process/cpu-set'
import { Driver } from '../process/driver'
import type { ProcessSpec } from '../process/pinned-process'
import type { ClientKind, ServerKind } from '../rows'
import { compilePrograms, javaOptions } from '../servers/java'
import { startNodeServer } from '../servers/node-servers'
import { startOfficial } from '../servers/official'
import type { ServerSide } from '../servers/server-side'

const CLIENT_HEAP_MIB = 2048

/** The processes of a run: each server once, each client once per server, started when first wanted and kept. */
export class Stage {
  readonly #options: BenchOptions
  readonly #cores: Cores
  readonly #folder: string
  readonly #servers = new Map<ServerKind, Promise<ServerSide>>()
  readonly #clients = new Map<string, Promise<Driver>>()
  #classPath: string | undefined

  constructor(options: BenchOptions, cores: Cores, folder: string) {
    this.#options = options
    this.#cores = cores
    this.#folder = folder
  }

  server(kind: ServerKind): Promise<ServerSide> {
    return kept(this.#servers, kind, () => this.#startServer(kind))
  }

  /** A client of a server, with its own connection. */
  async client(kind: ClientKind, serverKind: ServerKind): Promise<Driver> {
    const server = await this.server(serverKind)
    return kept(this.#clients, `${kind} of ${serverKind}`, () => Driver.start(this.#clientSpec(kind, server, serverKind)))
  }

  /** Ends all of them, in order. */
  async close(): Promise<void> {
    await Promise.allSettled([...this.#clients.values()].map(async (client) => (await client).stop()))
    await Promise.allSettled([...this.#servers.values()].map(async (server) => (await server).stop()))
  }

  #startServer(kind: ServerKind): Promise<ServerSide> {
    if (kind !== 'official') return startNodeServer(kind, this.#cores.server, this.#ownFolder(kind))
    return startOfficial({
      release: this.#options.release,
      folder: this.#ownFolder('official'),
      nameserverCpus: this.#cores.others,
      brokerCpus: this.#cores.server
    })
  }

  #clientSpec(kind: ClientKind, server: ServerSide, serverKind: ServerKind): ProcessSpec {
    const name = `the ${kind} client of ${serverKind}`
    if (kind !== 'java') {
      const program = join(__dirname, '..', 'drivers', `${kind === 'ours' ? 'our' : kind}-client.js`)
      return { name, command: process.execPath, args: [program, server.nameserver], cpus: this.#cores.client }
    }
    this.#classPath ??= compilePrograms(this.#options.release, this.#folder)
    const home = this.#ownFolder(`java-client-of-${serverKind}`)
    const header = `-Drocketmq.serialize.type=${this.#options.javaHeader}`
    const args = [...javaOptions(home, CLIENT_HEAP_MIB), header, '-cp', this.#classPath, 'BenchClient', server.nameserver]
    return { name, command: 'java', args, cpus: this.#cores.client }
  }

  #ownFolder(name: string): string {
    const folder = join(this.#folder, name)
    mkdirSync(folder, { recursive: true })
    return folder
  }
}

/** A failed start is kept too: what cannot be started is not started again for each cell. */
function kept<Key, Value>(all: Map<Key, Promise<Value>>, key: Key, start: () => Promise<Value>): Promise<Value> {
  const known = all.get(key)
  if (known !== undefined) return known
  const started = start()
  started.catch(() => {})
  all.set(key, started)
  return started
}
