import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

const WRITER = join(__dirname, 'writer.mjs')
/** Longest life of a writer after it has looked around, milliseconds. */
const MAX_LIFE_MS = 150
/** A start that takes longer than this has failed, milliseconds. */
const MAX_START_MS = 60_000

export type KillLoopFlush = 'ASYNC_FLUSH' | 'SYNC_FLUSH'

/** What a writer has found when it had opened the store. */
interface Findings {
  readonly startMs: number
  readonly checked: number
  readonly lost: number
  readonly phantoms: readonly string[]
  readonly records: number
}

export interface KillLoopReport {
  readonly cycles: number
  /** Cycles in which the process was killed while it was opening the store. */
  readonly killedAtStart: number
  /** Messages whose commit was acknowledged. */
  readonly acks: number
  readonly lost: number
  readonly phantoms: readonly string[]
  /** Times of the starts, sorted. Milliseconds. */
  readonly startsMs: readonly number[]
  /** What writers had to say before they ended by themselves. */
  readonly failures: readonly string[]
}

/** Lets one process after the other write to a store, and kills each at a random moment; each looks for what those before were promised. */
export async function killLoop(flush: KillLoopFlush, cycles: number): Promise<KillLoopReport> {
  const directory = mkdtempSync(join(tmpdir(), 'kill-loop-'))
  try {
    return await new KillLoop(flush, directory).run(cycles)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

/** `kill loop, SYNC_FLUSH: 50 cycles, …`. */
export function describeReport(flush: KillLoopFlush, report: KillLoopReport): string {
  const { cycles, killedAtStart, acks, lost, phantoms, startsMs } = report
  const quantile = (share: number): string => (startsMs[Math.floor((startsMs.length - 1) * share)] ?? Number.NaN).toFixed(0)
  const counts = `${cycles} cycles (${killedAtStart} killed at the start), ${acks} acks, ${lost} lost, ${phantoms.length} phantoms`
  return `kill loop, ${flush}: ${counts}, recovery p50 ${quantile(0.5)} ms, p99 ${quantile(0.99)} ms`
}

class KillLoop {
  readonly #flush: KillLoopFlush
  readonly #directory: string
  readonly #startsMs: number[] = []
  readonly #phantoms: string[] = []
  readonly #failures: string[] = []
  #killedAtStart = 0
  #lost = 0

  constructor(flush: KillLoopFlush, directory: string) {
    this.#flush = flush
    this.#directory = directory
  }

  async run(cycles: number): Promise<KillLoopReport> {
    for (let cycle = 1; cycle <= cycles && this.#failures.length === 0; cycle++) await this.#cycle(cycle)
    // Everything once more, in a process that ends in good order, and in one that starts after such an end.
    for (const last of [cycles + 1, cycles + 2]) await this.#lookAtAll(last)
    return {
      cycles,
      killedAtStart: this.#killedAtStart,
      acks: readFileSync(this.#ackFile, 'latin1').split('\n').length - 1,
      lost: this.#lost,
      phantoms: this.#phantoms,
      startsMs: this.#startsMs.sort((a, b) => a - b),
      failures: this.#failures
    }
  }

  get #ackFile(): string {
    return join(this.#directory, 'acks')
  }

  async #cycle(cycle: number): Promise<void> {
    const writer = this.#spawn(cycle, Math.max(1, cycle - 2), 'write')
    // One in four is killed in its first moments: while it recovers what the one before has left.
    const dies = Math.random() < 0.25 ? pause(Math.random() * MAX_LIFE_MS).then(() => false) : this.#started(writer)
    const hasStarted = await dies
    if (hasStarted) await pause(Math.random() * MAX_LIFE_MS)
    else this.#killedAtStart++
    await this.#kill(writer)
  }

  async #lookAtAll(number: number): Promise<void> {
    const writer = this.#spawn(number, 1, 'close')
    await this.#started(writer)
    if (writer.exitCode === null) await once(writer, 'exit')
    if (writer.exitCode !== 0) this.#failures.push(`ended with ${writer.exitCode} after a close`)
  }

  /** Whether it has opened the store and looked around; what it found is counted. */
  async #started(writer: ChildProcess): Promise<boolean> {
    const line = await Promise.race([lineOf(writer), pause(MAX_START_MS, undefined, { ref: false })])
    if (line === undefined) {
      this.#failures.push('did not start')
      return false
    }
    const { startMs, lost, phantoms }: Findings = JSON.parse(line)
    this.#startsMs.push(startMs)
    this.#lost += lost
    this.#phantoms.push(...phantoms)
    return true
  }

  async #kill(writer: ChildProcess): Promise<void> {
    if (writer.exitCode !== null) this.#failures.push(`ended by itself with ${writer.exitCode}`)
    else if (writer.signalCode === null) {
      const exit = once(writer, 'exit')
      writer.kill('SIGKILL')
      await exit
    }
    const said = readFileSync(this.#errorFile, 'utf8')
    if (said !== '') this.#failures.push(said)
  }

  get #errorFile(): string {
    return join(this.#directory, 'errors')
  }

  #spawn(number: number, firstChecked: number, end: 'write' | 'close'): ChildProcess {
    const errors = openSync(this.#errorFile, 'w')
    const store = join(this.#directory, 'store')
    const args = [WRITER, store, this.#flush, this.#ackFile, String(number), String(firstChecked), end]
    const writer = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', errors] })
    closeSync(errors)
    return writer
  }
}

/** The first line that it prints, `undefined` when it ends without. */
function lineOf(writer: ChildProcess): Promise<string | undefined> {
  return new Promise((resolve) => {
    let printed = ''
    writer.stdout?.on('data', (chunk) => {
      printed += chunk
      if (printed.includes('\n')) resolve(printed.slice(0, printed.indexOf('\n')))
    })
    writer.once('exit', () => resolve(undefined))
  })
}
