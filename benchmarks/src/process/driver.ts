import { PinnedProcess, type ProcessSpec } from './pinned-process'

/** What a child program says: ready, the answer to the last command, or why there is none. */
type Line = { readonly ready: unknown } | { readonly ok: unknown } | { readonly error: string }

const START_MS = 30_000

/** A child program that takes one command per line and answers each with one line of JSON. */
export class Driver {
  readonly process: PinnedProcess
  /** What it said when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>

  static async start(spec: ProcessSpec): Promise<Driver> {
    const process = new PinnedProcess(spec)
    try {
      const line = parse(await process.line(isAnswer, START_MS))
      if (!('ready' in line)) throw new Error(`${spec.name}: ${'error' in line ? line.error : 'answered before it was ready'}`)
      return new Driver(process, line.ready as Record<string, unknown>)
    } catch (error) {
      process.kill()
      throw error
    }
  }

  private constructor(process: PinnedProcess, ready: Readonly<Record<string, unknown>>) {
    this.process = process
    this.ready = ready
  }

  /** One command with its values, such as `send topic=orders bytes=1024`. */
  async ask<Answer>(command: string, values: Readonly<Record<string, string | number>>, timeoutMs: number): Promise<Answer> {
    const answered = this.process.line(isAnswer, timeoutMs)
    this.process.write([command, ...Object.entries(values).map(([name, value]) => `${name}=${value}`)].join(' '))
    const line = parse(await answered.catch((error) => this.#giveUp(error)))
    if ('ok' in line) return line.ok as Answer
    throw new Error(`${this.process.name}: ${command}: ${'error' in line ? line.error : 'no answer'}`)
  }

  stop(): Promise<void> {
    return this.process.stop()
  }

  /** An answer that comes too late would be taken for that to the next command. */
  #giveUp(error: unknown): never {
    this.process.kill()
    throw error
  }
}

function isAnswer(line: string): boolean {
  return line.startsWith('{"ready":') || line.startsWith('{"ok":') || line.startsWith('{"error":')
}

function parse(line: string): Line {
  return JSON.parse(line) as Line
}
