import { type ChildProcess, spawn } from 'node:child_process'
import { expectEventually } from '../contract/eventually'

/** How a command ended. */
export interface Ended {
  /** `undefined` when a signal ended it. */
  readonly code: number | undefined
  /** What it printed, standard output and errors together. */
  readonly output: string
}

/** A command line that runs in a folder, with all that it starts. */
export class Command {
  static readonly #running = new Set<Command>()
  readonly #child: ChildProcess
  readonly #line: string
  #output = ''
  /** Resolves when it and all that it started have let go of their output. */
  readonly ended: Promise<Ended>

  constructor(line: string, folder: string, env: Readonly<Record<string, string>>) {
    this.#line = line
    // A group of its own: npm and node in it are ended together. No shell stays that a signal could end in their place.
    this.#child = spawn('sh', ['-c', `exec ${line}`], {
      cwd: folder,
      env: surroundings(env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true
    })
    for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.on('data', (chunk) => (this.#output += chunk))
    Command.#running.add(this)
    this.ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        Command.#running.delete(this)
        resolve({ code: code ?? undefined, output: this.#output })
      })
    })
  }

  /** Kills what still runs, whatever it is at. */
  static async killAll(): Promise<void> {
    const left = [...Command.#running]
    for (const one of left) one.signal('SIGKILL')
    await Promise.all(left.map(({ ended }) => ended))
  }

  get output(): string {
    return this.#output
  }

  signal(signal: NodeJS.Signals): void {
    const { pid } = this.#child
    if (pid === undefined) return
    try {
      process.kill(-pid, signal)
    } catch {
      // It has ended by itself meanwhile.
    }
  }

  /** How it ended; killed when it takes too long. */
  async endedWithin(patienceMs: number): Promise<Ended> {
    const timer = setTimeout(() => this.signal('SIGKILL'), patienceMs)
    const ended = await this.ended
    clearTimeout(timer)
    return ended
  }

  /** Resolves with the match once it was printed. Rejects when it was not in time, with what was. */
  async printed(pattern: RegExp, patienceMs: number): Promise<RegExpExecArray> {
    const missing = (): string => `${pattern} in the output of ${this.#line}:\n${this.#output}`
    await expectEventually(() => (pattern.test(this.#output) ? undefined : missing()), patienceMs)
    const found = pattern.exec(this.#output)
    if (found === null) throw new Error(missing())
    return found
  }
}

/** What a user's shell would have: nothing of the test run around it. */
function surroundings(env: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(npm_|JEST_|NODE_ENV$|NODE_OPTIONS$|ROCKETMQ_NAMESERVERS$)/i.test(name))
  return { ...Object.fromEntries(kept), NO_COLOR: '1', ...env }
}
