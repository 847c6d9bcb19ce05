import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { CpuSet } from './cpu-set'

/** What runs where. */
export interface ProcessSpec {
  /** For messages about it. */
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  /** Left out: it may run on every core. */
  readonly cpus?: CpuSet
  readonly env?: Readonly<Record<string, string>>
}

const running = new Set<PinnedProcess>()

/** Ends, by their id and at once, all processes that still run. */
export function killAll(): void {
  for (const one of running) one.kill()
}

/** One process with its cores and its lines. It ends with this one; killed by SIGKILL, this one leaves those that do not read their stdin. */
export class PinnedProcess {
  readonly name: string
  readonly pid: number
  readonly #child: ChildProcess
  readonly #ended: Promise<unknown>
  readonly #lastWords: string[] = []
  readonly #listeners = new Set<(line: string) => void>()

  constructor({ name, command, args, cpus, env }: ProcessSpec) {
    this.name = name
    // taskset becomes the command: the id stays.
    const [program, all] = cpus === undefined ? [command, args] : ['taskset', ['-c', cpus.list, command, ...args]]
    this.#child = spawn(program, all, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } })
    this.#ended = once(this.#child, 'exit').catch(() => {})
    this.#child.once('exit', () => running.delete(this))
    if (this.#child.pid === undefined) throw new Error(`${name} could not be started: ${program} does not run here`)
    this.pid = this.#child.pid
    running.add(this)
    // Who is killed while it is written to tells by its exit.
    this.#child.stdin?.on('error', () => {})
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on('line', (line) => this.#hear(line))
    }
  }

  /** Resolves when it has ended, with its last lines. */
  get ended(): Promise<string> {
    return this.#ended.then(() => `${this.name} ended (${this.#child.exitCode ?? this.#child.signalCode}): ${this.#lastWords.join(' | ')}`)
  }

  /** Calls back with every line it writes; returns the way to stop that. */
  onLine(listener: (line: string) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Resolves with the first line that matches. Rejects when it ends before, or takes longer. */
  async line(matches: (line: string) => boolean, timeoutMs: number): Promise<string> {
    let stop = (): void => {}
    let timer: NodeJS.Timeout | undefined
    try {
      return await new Promise<string>((resolve, reject) => {
        stop = this.onLine((line) => {
          if (matches(line)) resolve(line)
        })
        timer = setTimeout(
          () => reject(new Error(`${this.name} said nothing for ${timeoutMs} ms: ${this.#lastWords.join(' | ')}`)),
          timeoutMs
        )
        void this.ended.then((words) => reject(new Error(words)))
      })
    } finally {
      stop()
      clearTimeout(timer)
    }
  }

  write(line: string): void {
    this.#child.stdin?.write(`${line}\n`)
  }

  kill(): void {
    this.#child.kill('SIGKILL')
  }

  /** Ends it at once; resolves when it has. */
  async end(): Promise<void> {
    this.kill()
    await this.#ended
  }

  /** Asks it to end; insists after a while. */
  async stop(patienceMs = 5_000): Promise<void> {
    const timer = setTimeout(() => this.kill(), patienceMs)
    this.#child.stdin?.end()
    this.#child.kill('SIGTERM')
    await this.#ended
    clearTimeout(timer)
  }

  #hear(line: string): void {
    // What it answers to commands explains nothing.
    if (!line.startsWith('{"ok":') && this.#lastWords.push(line.slice(0, 300)) > 8) this.#lastWords.shift()
    for (const listener of this.#listeners) listener(line)
  }
}
